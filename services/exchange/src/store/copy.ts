import type { Reader, Tx } from '@lianzheng/db';
import type { StoredEntry } from '@lianzheng/log';
import { type Frontier, growTree, type ReadTiles } from '@lianzheng/merkle';

export type CopiedEntry = { sequence: number; leaf: Buffer; leafHash: Buffer; side: Buffer };

/** Adds entries and what they add to the tree. The caller moves the cursor in the same transaction. */
export async function insertEntries(
  tx: Tx,
  logId: number,
  frontier: Frontier,
  entries: readonly CopiedEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await tx.execute(
    `INSERT INTO followed_entry (log_id, sequence, leaf, side)
     SELECT $1, $2 + n - 1, leaf, side FROM unnest($3::bytea[], $4::bytea[]) WITH ORDINALITY AS e(leaf, side, n)`,
    [logId, frontier.size, entries.map((entry) => entry.leaf), entries.map((entry) => entry.side)],
    { name: 'follow_insert_entries' },
  );
  const { extensions } = growTree(
    frontier,
    entries.map((entry) => entry.leafHash),
  );
  await tx.execute(
    `INSERT INTO followed_tile (log_id, level, index, hashes)
     SELECT $1, level, index, hashes FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS t(level, index, hashes)
     ON CONFLICT (log_id, level, index) DO UPDATE SET hashes = followed_tile.hashes || excluded.hashes`,
    [
      logId,
      extensions.map((tile) => tile.level),
      extensions.map((tile) => tile.index),
      extensions.map((tile) => tile.hashes),
    ],
    { name: 'follow_extend_tiles' },
  );
}

export async function keepCheckpoints(
  tx: Tx,
  logId: number,
  checkpoints: readonly { size: number; time: Date; note: Buffer }[],
): Promise<void> {
  if (checkpoints.length === 0) return;
  await tx.execute(
    `INSERT INTO followed_checkpoint (log_id, size, time, note)
     SELECT $1, size, time, note FROM unnest($2::bigint[], $3::timestamptz[], $4::bytea[]) AS c(size, time, note)
     ON CONFLICT DO NOTHING`,
    [
      logId,
      checkpoints.map((checkpoint) => checkpoint.size),
      checkpoints.map((checkpoint) => checkpoint.time),
      checkpoints.map((checkpoint) => checkpoint.note),
    ],
    { name: 'follow_keep_checkpoints' },
  );
}

export async function readEntries(
  reader: Reader,
  logId: number,
  from: number,
  to: number,
): Promise<StoredEntry[]> {
  return reader.rows(
    'SELECT sequence, leaf, side FROM followed_entry WHERE log_id = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence',
    [logId, from, to],
    { name: 'follow_read_entries' },
  );
}

export async function readCheckpoints(
  reader: Reader,
  logId: number,
  after: number,
  to: number,
): Promise<{ size: number; note: Buffer }[]> {
  return reader.rows(
    'SELECT size, note FROM followed_checkpoint WHERE log_id = $1 AND size > $2 AND size <= $3 ORDER BY size',
    [logId, after, to],
    { name: 'follow_read_checkpoints' },
  );
}

/** The smallest kept checkpoint that covers a sequence. */
export async function findCovering(
  reader: Reader,
  logId: number,
  sequence: number,
): Promise<{ size: number; note: Buffer } | undefined> {
  return reader.row(
    'SELECT size, note FROM followed_checkpoint WHERE log_id = $1 AND size > $2 ORDER BY size LIMIT 1',
    [logId, sequence],
  );
}

/** Size of the largest kept checkpoint with time ≤ T (logs.md §7, as it was known at T); 0 = none. */
export async function sizeKnownAt(reader: Reader, logId: number, at: Date): Promise<number> {
  const row = await reader.row<{ size: number | null }>(
    'SELECT max(size) AS size FROM followed_checkpoint WHERE log_id = $1 AND time <= $2',
    [logId, at],
  );
  return row?.size ?? 0;
}

export function copyTiles(
  read: <T>(fn: (reader: Reader) => Promise<T>) => Promise<T>,
  logId: number,
): ReadTiles {
  return (tiles) =>
    read(async (reader) => {
      const rows = await reader.rows<{ level: number; index: number; hashes: Buffer }>(
        `SELECT t.level, t.index, t.hashes FROM followed_tile t
           JOIN unnest($2::int[], $3::bigint[]) AS w(level, index) ON t.level = w.level AND t.index = w.index
          WHERE t.log_id = $1`,
        [logId, tiles.map((tile) => tile.level), tiles.map((tile) => tile.index)],
        { name: 'follow_read_tiles' },
      );
      const found = new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]));
      return tiles.map((tile) => found.get(`${tile.level}/${tile.index}`));
    });
}
