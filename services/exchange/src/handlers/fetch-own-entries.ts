import { decodeSide } from '@lianzheng/log';
import type { FetchOwnEntriesRequest, FetchOwnEntriesResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import type { Parts } from '../parts.ts';
import { readCheckpoints, readEntries } from '../store/copy.ts';

const CHUNK = 2_000;

/** From this node's own copy if it has them, else from a neighbour: verified by the asker against its own signature. */
export const fetchOwnEntries =
  ({ context, copies }: Parts) =>
  async ({ log, from }: FetchOwnEntriesRequest, call: Call): Promise<FetchOwnEntriesResponse> => {
    const { config, database, peers, logger } = context;
    const copy = copies.find(config.node, log?.log ?? '');
    const first = Number(from);
    if (copy && copy.state().size > first) {
      const to = Math.min(copy.state().size, first + CHUNK);
      return database.read(async (reader) => {
        const entries = await readEntries(reader, copy.logId(), first, to);
        const checkpoints = await readCheckpoints(reader, copy.logId(), first, to);
        return {
          entries: entries.map(({ sequence, leaf, side }) => ({
            sequence: BigInt(sequence),
            leaf,
            holders: decodeSide(side),
          })),
          checkpoints: checkpoints.map(({ note }) => note),
        };
      });
    }
    for (const peer of peers.neighbours()) {
      try {
        const request = {
          log: { node: config.node, log: log?.log ?? '', generation: log?.generation ?? 0 },
          from,
          limit: CHUNK,
          waitMs: 0,
          afterTime: undefined,
        };
        const answer = await peer.log.getEntries(request, { deadlineMs: 8_000, signal: call.signal });
        if (answer.entries.length > 0) return { entries: answer.entries, checkpoints: answer.checkpoints };
      } catch (error) {
        logger.info({ peer: peer.node, err: error }, 'recovery: peer did not answer');
      }
    }
    return { entries: [], checkpoints: [] };
  };
