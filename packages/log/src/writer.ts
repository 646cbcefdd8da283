import type { Connection } from '@lianzheng/db';
import { consistencyProof, type Frontier, frontierRoot } from '@lianzheng/merkle';
import type { Recovery } from './recovery.ts';
import type { RelayOptions } from './relay.ts';
import {
  appendEntries,
  findLastKept,
  findNewestWaiting,
  type HeadRow,
  readWaiting,
  storeCheckpoint,
  tileReader,
} from './store.ts';

/** At most so many entries between two checkpoints (logs.md §1). */
export const MAX_BATCH = 1_000;

export type Signed = Extract<Recovery, { stuck?: undefined }>;

/**
 * Sequences and signs; nothing here publishes. A checkpoint's time is one before which everything that had committed stands
 * under it: whoever reads it as "known up to" (logs.md §6) must not be told more than that.
 */
export function createWriter(connection: Connection, start: HeadRow, last: Signed, options: RelayOptions) {
  const { log, signer, clock } = options;
  const { generation, epoch } = start;
  const readTiles = tileReader((fn) => connection.read(fn), generation);
  let frontier: Frontier = start.frontier;
  // The signature service may have signed more, and later, than what is stored here.
  let signed = last.signedSize;
  let lastMs = Math.max(last.signedAtMs, start.noteTime?.getTime() ?? 0);
  let kept: number | undefined;
  let completeMs = 0;
  /** More waited than one batch takes: what had committed by `ms` ends with this entry. */
  let backlog: { ms: number; lastId: number } | undefined;

  /** A signed, durable checkpoint over all that is sequenced. */
  async function checkpoint(): Promise<void> {
    const { size } = frontier;
    kept ??= (await connection.read((reader) => findLastKept(reader, generation, size)))?.size ?? 0;
    const time = new Date(Math.max(completeMs, lastMs));
    const bearsEntries = size > kept;
    const note = await signer.sign({
      log: { ...log, generation },
      size,
      root: frontierRoot(frontier),
      time,
      previousSize: kept,
      proofFrom: (first) => consistencyProof(first, size, readTiles),
      likelyFirst: signed,
    });
    await connection.tx((tx) =>
      storeCheckpoint(tx, { generation, epoch }, { size, time, note, kept: bearsEntries }),
    );
    signed = size;
    if (bearsEntries) kept = size;
    lastMs = time.getTime();
  }

  /** Gives numbers to what waits; returns to how many. */
  async function sequence(): Promise<number> {
    const nowMs = clock.nowMs();
    const { grown, count, reached } = await connection.tx(async (tx) => {
      const { entries, all } = await readWaiting(tx, MAX_BATCH);
      const lastId = entries.at(-1)?.entryId ?? 0;
      const reached = all
        ? { ms: nowMs, lastId }
        : (backlog ?? { ms: nowMs, lastId: await findNewestWaiting(tx) });
      const head = { generation, epoch, frontier };
      const grown = entries.length > 0 ? await appendEntries(tx, head, entries) : undefined;
      return { grown, count: entries.length, reached: { ...reached, done: lastId >= reached.lastId } };
    });
    frontier = grown ?? frontier;
    backlog = reached.done ? undefined : reached;
    if (reached.done) completeMs = reached.ms;
    return count;
  }

  return {
    /** The first checkpoint: over what was sequenced before, while more may be waiting. */
    async begin(): Promise<void> {
      const nowMs = clock.nowMs();
      const { entries } = await connection.read((reader) => readWaiting(reader, 1));
      if (entries.length === 0) completeMs = nowMs;
      await checkpoint();
    },
    /** Sequences what waits and signs it; returns how many entries it took. */
    async writeBatch(): Promise<number> {
      const count = await sequence();
      if (count > 0) await checkpoint();
      return count;
    },
    /** The same, with a checkpoint also when nothing waited. */
    async heartbeat(): Promise<void> {
      await sequence();
      await checkpoint();
    },
    msToHeartbeat: (heartbeatMs: number) => Math.max(0, lastMs + heartbeatMs - clock.nowMs()),
  };
}
