import { logReads } from '@lianzheng/log';
import type { FetchOwnEntriesRequest, FetchOwnEntriesResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { copySource } from '../copy-source.ts';
import type { Parts } from '../parts.ts';

const CHUNK = 2_000;

/** From this node's own copy if it has them, else from a neighbour: verified by the asker against its own signature. */
export const fetchOwnEntries = ({ context, copies, former }: Parts) => {
  const { config, database, peers, logger } = context;
  const own = logReads(copySource({ database, copies, former }));
  return async ({ log, from }: FetchOwnEntriesRequest, call: Call): Promise<FetchOwnEntriesResponse> => {
    const asked = { node: config.node, log: log?.log ?? '', generation: log?.generation ?? 0 };
    const request = { log: asked, from, limit: CHUNK, waitMs: 0, afterTime: undefined };
    const copy = copies.find(asked.node, asked.log, asked.generation || undefined);
    if (copy && copy.state().size > Number(from)) {
      const { entries, checkpoints } = await own.getEntries(request, call);
      return { entries, checkpoints };
    }
    for (const peer of peers.neighbours()) {
      try {
        const answer = await peer.log.getEntries(request, { deadlineMs: 8_000, signal: call.signal });
        if (answer.entries.length > 0) return { entries: answer.entries, checkpoints: answer.checkpoints };
      } catch (error) {
        logger.info({ peer: peer.node, err: error }, 'recovery: peer did not answer');
      }
    }
    return { entries: [], checkpoints: [] };
  };
};
