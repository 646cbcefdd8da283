import type { Tx } from '@lianzheng/db';
import {
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierFromTiles,
  HASH_BYTES,
  TILE_WIDTH,
} from '@lianzheng/merkle';
import type { StoredEntry } from './source.ts';
import { appendEntries, findLastKept, type HeadRow, storeCheckpoint, tileReader } from './store.ts';

/**
 * The operator began a new generation: an empty log under a new name. What waits goes there, and what was sequenced in
 * the old one without ever being signed.
 */
export async function adoptGeneration(tx: Tx, head: HeadRow, generation: number): Promise<void> {
  if (head.size > head.integratedSize) await rewind(tx, head, head.integratedSize);
  await tx.execute(
    `UPDATE log_head SET generation = $1, size = 0, frontier = $2, integrated_size = 0, note = NULL, note_time = NULL,
            published_size = 0 WHERE epoch = $3`,
    [generation, encodeFrontier(emptyFrontier()), head.epoch],
  );
}

/** Takes the log back to `size`: later entries of ours wait again, later checkpoints go, tiles are cut. */
export async function rewind(tx: Tx, head: HeadRow, size: number): Promise<void> {
  const { generation, epoch } = head;
  await tx.execute(
    `INSERT INTO log_waiting (entry_id, leaf, side, traceparent) OVERRIDING SYSTEM VALUE
     SELECT entry_id, leaf, side, traceparent FROM log_entry
      WHERE generation = $1 AND sequence >= $2 AND entry_id IS NOT NULL`,
    [generation, size],
  );
  await tx.execute('DELETE FROM log_entry WHERE generation = $1 AND sequence >= $2', [generation, size]);
  await tx.execute('DELETE FROM log_checkpoint WHERE generation = $1 AND size > $2', [generation, size]);
  const readTiles = tileReader((fn) => fn(tx), generation);
  const frontier = await frontierFromTiles(size, readTiles);
  await cutTiles(tx, generation, size);
  if (head.integratedSize > size) await integrateLastKept(tx, head);
  await tx.execute(
    'UPDATE log_head SET published_size = least(published_size, integrated_size), size = $1, frontier = $2 WHERE epoch = $3',
    [size, encodeFrontier(frontier), epoch],
  );
}

async function cutTiles(tx: Tx, generation: number, size: number): Promise<void> {
  for (let level = 0; level <= MAX_LEVEL; level += 1) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const last = Math.floor(hashes / TILE_WIDTH);
    await tx.execute('DELETE FROM log_tile WHERE generation = $1 AND level = $2 AND index > $3', [
      generation,
      level,
      last,
    ]);
    await tx.execute(
      'UPDATE log_tile SET hashes = substring(hashes FROM 1 FOR $4) WHERE generation = $1 AND level = $2 AND index = $3',
      [generation, level, last, (hashes % TILE_WIDTH) * HASH_BYTES],
    );
  }
  await tx.execute('DELETE FROM log_tile WHERE generation = $1 AND octet_length(hashes) = 0', [generation]);
}

/** Levels of tiles that a log of up to 2^53 entries can have. */
const MAX_LEVEL = 6;

/** The newest checkpoint is the last one kept: what covered more is gone. */
async function integrateLastKept(tx: Tx, { generation, epoch }: HeadRow): Promise<void> {
  const kept = await findLastKept(tx, generation);
  await tx.execute(
    `UPDATE log_head SET published_size = least(published_size, $1), integrated_size = $1, note = $2, note_time = $3
      WHERE epoch = $4`,
    [kept?.size ?? 0, kept?.note ?? null, kept?.time ?? null, epoch],
  );
}

/**
 * Appends recovered entries, and the checkpoint over them where somebody has it. A waiting entry with the same leaf takes
 * the number; returned are the others, whose state is gone.
 */
export async function adoptRecovered(
  tx: Tx,
  head: HeadRow,
  frontier: Frontier,
  entries: readonly StoredEntry[],
  checkpoint: { size: number; time: Date; note: Buffer; kept: boolean } | undefined,
): Promise<{ sequence: number; leaf: Buffer }[]> {
  const takeWaiting = await waitingByLeaf(
    tx,
    entries.map((entry) => entry.leaf),
  );
  const numbered = entries.map((entry) => ({ ...entry, entryId: takeWaiting(entry.leaf), traceparent: '' }));
  await appendEntries(tx, { ...head, frontier }, numbered);
  if (checkpoint) await storeCheckpoint(tx, head, checkpoint);
  return numbered.filter((entry) => entry.entryId === null).map(({ sequence, leaf }) => ({ sequence, leaf }));
}

/** Gives the id of a waiting entry with these bytes, each once, oldest first; null when there is none left. */
async function waitingByLeaf(tx: Tx, leaves: readonly Buffer[]): Promise<(leaf: Buffer) => number | null> {
  const waiting = await tx.rows<{ entry_id: number; leaf: Buffer }>(
    'SELECT entry_id, leaf FROM log_waiting WHERE leaf = ANY($1::bytea[]) ORDER BY entry_id',
    [leaves],
  );
  const idsOf = Map.groupBy(waiting, (row) => row.leaf.toString('base64'));
  return (leaf) => idsOf.get(leaf.toString('base64'))?.shift()?.entry_id ?? null;
}

export async function listWaiting(tx: Tx): Promise<{ id: number; leaf: Buffer }[]> {
  return tx.rows('SELECT entry_id AS id, leaf FROM log_waiting ORDER BY entry_id');
}

export async function unlist(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.execute('DELETE FROM log_waiting WHERE entry_id = ANY($1::bigint[])', [ids]);
}
