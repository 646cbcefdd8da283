// What other nodes, or a topic, hold of an owner's log.
import type { OwnerChunk, OwnerSources } from '../src/index.ts';
import type { readLog } from './owner.ts';

type Log = Awaited<ReturnType<typeof readLog>>;

/** A log as it is now, in the hands of others: they tell its newest note and hand out its entries in chunks. */
export function heldByOthers(log: Log, chunkSize = 7): OwnerSources {
  return {
    heads: async () => ({ notes: log.note ? [log.note] : [], answered: 1 }),
    async *entries(_log, from) {
      yield* chunksOf(log, from, chunkSize);
    },
  };
}

export function* chunksOf(log: Log, from: number, chunkSize = 7): Generator<OwnerChunk> {
  for (let at = from; at < log.integrated; at += chunkSize) {
    const to = Math.min(at + chunkSize, log.integrated);
    yield {
      entries: log.entries
        .slice(at, to)
        .map(({ sequence, leaf }) => ({ sequence, leaf, side: Buffer.alloc(0) })),
      checkpoints: log.kept.filter(({ size }) => size > at && size <= to).map(({ note }) => note),
    };
  }
}

/** They answer, and hold nothing. */
export const emptyHanded: OwnerSources = {
  heads: async () => ({ notes: [], answered: 1 }),
  async *entries() {},
};

export const unreachable: OwnerSources = {
  heads: async () => ({ notes: [], answered: 0 }),
  async *entries() {},
};
