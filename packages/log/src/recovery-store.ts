import type { Tx } from '@lianzheng/db';
import {
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierFromTiles,
  TILE_WIDTH,
} from '@lianzheng/merkle';
import type { StoredEntry } from './source.ts';
import { appendEntries, type HeadRow, tileReader } from './store.ts';

/** The operator began a new generation: an empty log under a new name; what waits goes there. */
export async function adoptGeneration(tx: Tx, epoch: number, generation: number): Promise<void> {
  await tx.execute(
    `UPDATE log_head SET generation = $1, size = 0, frontier = $2, integrated_size = 0, note = NULL, note_time = NULL,
            published_size = 0 WHERE epoch = $3`,
    [generation, encodeFrontier(emptyFrontier()), epoch],
  );
}

/** Takes the log back to `size`: later entries of ours wait again (others have another tail), tiles are cut. */
export async function rewind(tx: Tx, head: HeadRow, size: number): Promise<void> {
  const { generation } = head;
  await tx.execute(
    `INSERT INTO log_waiting (entry_id, leaf, side, traceparent) OVERRIDING SYSTEM VALUE
     SELECT entry_id, leaf, side, traceparent FROM log_entry
      WHERE generation = $1 AND sequence >= $2 AND entry_id IS NOT NULL`,
    [generation, size],
  );
  await tx.execute('DELETE FROM log_entry WHERE generation = $1 AND sequence >= $2', [generation, size]);
  await tx.execute('DELETE FROM log_checkpoint WHERE generation = $1 AND size > $2', [generation, size]);
  const frontier = await frontierFromTiles(
    size,
    tileReader((fn) => fn(tx), generation),
  );
  for (let level = 0; level < 7; level += 1) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const last = Math.floor(hashes / TILE_WIDTH);
    await tx.execute('DELETE FROM log_tile WHERE generation = $1 AND level = $2 AND index > $3', [
      generation,
      level,
      last,
    ]);
    await tx.execute(
      'UPDATE log_tile SET hashes = substring(hashes FROM 1 FOR $4) WHERE generation = $1 AND level = $2 AND index = $3',
      [generation, level, last, (hashes % TILE_WIDTH) * 32],
    );
    await tx.execute(
      'DELETE FROM log_tile WHERE generation = $1 AND level = $2 AND octet_length(hashes) = 0',
      [generation, level],
    );
  }
  await tx.execute(
    `UPDATE log_head SET size = $1, frontier = $2, integrated_size = least(integrated_size, $1),
            published_size = least(published_size, $1) WHERE epoch = $3`,
    [size, encodeFrontier(frontier), head.epoch],
  );
}

/**
 * Appends recovered entries under their checkpoint. A waiting entry with the same leaf takes the number; returned are the
 * others, whose state is gone.
 */
export async function adoptRecovered(
  tx: Tx,
  head: HeadRow,
  frontier: Frontier,
  entries: readonly StoredEntry[],
  checkpoint: { size: number; time: Date; note: Buffer },
): Promise<{ sequence: number; leaf: Buffer }[]> {
  const waiting = await tx.rows<{ entry_id: number; leaf: Buffer }>(
    'SELECT entry_id, leaf FROM log_waiting WHERE leaf = ANY($1::bytea[])',
    [entries.map((entry) => entry.leaf)],
  );
  const idByLeaf = new Map(waiting.map((row) => [row.leaf.toString('base64'), row.entry_id]));
  const numbered = entries.map((entry) => ({
    ...entry,
    entryId: idByLeaf.get(entry.leaf.toString('base64')) ?? null,
    traceparent: '',
  }));
  await appendEntries(tx, { ...head, frontier }, numbered);
  await tx.execute(
    'INSERT INTO log_checkpoint (generation, size, time, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [head.generation, checkpoint.size, checkpoint.time, checkpoint.note],
  );
  await tx.execute('UPDATE log_head SET integrated_size = $1, note = $2, note_time = $3 WHERE epoch = $4', [
    checkpoint.size,
    checkpoint.note,
    checkpoint.time,
    head.epoch,
  ]);
  return numbered.filter((entry) => entry.entryId === null).map(({ sequence, leaf }) => ({ sequence, leaf }));
}

export async function listWaiting(tx: Tx): Promise<{ id: number; leaf: Buffer }[]> {
  return tx.rows('SELECT entry_id AS id, leaf FROM log_waiting ORDER BY entry_id');
}

export async function unlist(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.execute('DELETE FROM log_waiting WHERE entry_id = ANY($1::bigint[])', [ids]);
}
