import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import type { LogChunk } from '../log/chunk.ts';

export type Offer = { readonly entries: readonly Entry[]; readonly checkpoints: readonly Buffer[] };

/** OfferEntries takes 4,000 entries and 3 MiB; the rest of a message is small. */
const MAX_ENTRIES = 4_000;
const MAX_BYTES = 3 << 20;

/**
 * A log from sequence `from` on in messages of OfferEntries. Each ends at a checkpoint where that is possible, so that the
 * follower need not wait for the next one to verify it.
 */
export async function* offersOf(
  chunks: AsyncIterable<LogChunk>,
  from: number,
): AsyncGenerator<Offer, void, undefined> {
  let offer = newOffer();
  for await (const segment of segmentsOf(chunks, from)) {
    for (const piece of pieces(segment)) {
      const fits =
        offer.entries.length + piece.entries.length <= MAX_ENTRIES && offer.bytes + piece.bytes <= MAX_BYTES;
      if (!fits) {
        yield offer;
        offer = newOffer();
      }
      offer.entries.push(...piece.entries);
      offer.checkpoints.push(...piece.checkpoints);
      offer.bytes += piece.bytes;
    }
  }
  if (offer.entries.length + offer.checkpoints.length > 0) yield offer;
}

type Sized = { entries: Entry[]; checkpoints: Buffer[]; bytes: number };

function newOffer(): Sized {
  return { entries: [], checkpoints: [], bytes: 0 };
}

/** Entries and the checkpoint that ends them. */
async function* segmentsOf(chunks: AsyncIterable<LogChunk>, from: number): AsyncGenerator<Offer> {
  let waiting: Entry[] = [];
  for await (const { entries, checkpoints } of chunks) {
    waiting.push(...entries.filter(({ sequence }) => sequence >= BigInt(from)));
    for (const note of checkpoints) {
      const { size } = parseLogCheckpoint(parseNote(note).text);
      if (size < from) continue;
      const covered = waiting.findIndex(({ sequence }) => sequence >= BigInt(size));
      const count = covered === -1 ? waiting.length : covered;
      yield { entries: waiting.slice(0, count), checkpoints: [Buffer.from(note)] };
      waiting = waiting.slice(count);
    }
  }
  if (waiting.length > 0) yield { entries: waiting, checkpoints: [] };
}

/** A segment that is too large for one message is cut; its checkpoint comes with the last piece. */
function pieces({ entries, checkpoints }: Offer): Sized[] {
  const all: Sized[] = [newOffer()];
  for (const entry of entries) {
    const bytes = entry.leaf.length + 96 * entry.holders.length + 32;
    let last = all.at(-1)!;
    if (last.entries.length === MAX_ENTRIES || last.bytes + bytes > MAX_BYTES) {
      last = newOffer();
      all.push(last);
    }
    last.entries.push(entry);
    last.bytes += bytes;
  }
  const last = all.at(-1)!;
  last.checkpoints.push(...checkpoints);
  last.bytes += checkpoints.reduce((sum, note) => sum + note.length, 0);
  return all;
}
