import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { FindOwnHeadsRequest, FindOwnHeadsResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import type { Parts } from '../parts.ts';

/** Questions to peers at a start time out after 2 s (logs.md §8). */
const WITHIN_MS = 2_000;

export const findOwnHeads =
  ({ context, copies, links }: Parts) =>
  async ({ log }: FindOwnHeadsRequest, call: Call): Promise<FindOwnHeadsResponse> => {
    const { config, peers } = context;
    const answers = await Promise.all(
      peers.neighbours().map((peer) =>
        peer.peer.getVerifiedHeads({}, { deadlineMs: WITHIN_MS, signal: call.signal }).then(
          ({ notes }) => notes,
          () => undefined,
        ),
      ),
    );
    const told = answers.filter((notes) => notes !== undefined);
    const witnessed = links.witnesses.heads().map((head) => head.note);
    // Our own copy was verified like any other, and may be all that there is.
    const own = copies.find(config.node, log?.log ?? '', log?.generation || undefined)?.state().note;
    const notes = [...told.flat(), ...witnessed, ...(own ? [own] : [])].filter((note) =>
      isOf(note, config.node, log?.log ?? ''),
    );
    return { notes, answered: told.length };
  };

function isOf(note: Uint8Array, node: string, log: string): boolean {
  try {
    const head = parseLogCheckpoint(parseNote(note).text);
    return head.node === node && head.log === log;
  } catch {
    // Not a checkpoint of ours: not asked for.
    return false;
  }
}
