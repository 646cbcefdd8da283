import { type CopyType, copyRows, type Reader, type Tx } from '@lianzheng/db';
import type { StoredEntry } from '@lianzheng/log';
import { leafHash, type ReadTiles, TILE_WIDTH, type TileCoord, type TileExtension } from '@lianzheng/merkle';

/** An entry with the keys by which it is found; only status entries have some. */
export type CopiedEntry = StoredEntry & { licenceKey: bigint | null; holderKey: bigint | null };

const entryColumns: readonly CopyType[] = ['int8', 'int8', 'int8', 'int4', 'bytea', 'bytea'];

/**
 * Adds entries, in pieces of which the database takes in one while the next is made. The caller moves the cursor in the
 * same transaction.
 */
export async function insertEntries(
  tx: Tx,
  logId: number,
  pieces: Iterable<readonly CopiedEntry[]>,
): Promise<void> {
  await tx.copy(
    'COPY followed_entry (sequence, licence_key, holder_key, log_id, side, leaf) FROM STDIN (FORMAT binary)',
    rowsOf(logId, pieces),
  );
}

function* rowsOf(logId: number, pieces: Iterable<readonly CopiedEntry[]>): Generator<Buffer> {
  for (const entries of pieces) {
    const rows = entries.map((entry) => [
      entry.sequence,
      entry.licenceKey,
      entry.holderKey,
      logId,
      entry.side,
      entry.leaf,
    ]);
    yield copyRows(entryColumns, rows);
  }
}

/** Adds what entries added to the tree, from level 1 on, in the order in which it grew. */
export async function extendTiles(tx: Tx, logId: number, grown: readonly TileExtension[]): Promise<void> {
  const extensions = joined(grown.filter((tile) => tile.level > 0));
  if (extensions.length === 0) return;
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

/** One statement may extend a tile only once. */
function joined(extensions: readonly TileExtension[]): TileExtension[] {
  const ofTile = Map.groupBy(extensions, tileName);
  return [...ofTile.values()].map(([first, ...more]) => ({
    ...first!,
    hashes: Buffer.concat([first!.hashes, ...more.map((tile) => tile.hashes)]),
  }));
}

const tileName = ({ level, index }: { level: number; index: number }) => `${level}/${index}`;

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

/** Entries from ≤ sequence < to, in order: the first, and as many more as weigh no more than maxBytes together. */
export async function readEntries(
  reader: Reader,
  logId: number,
  from: number,
  to: number,
  maxBytes: number = Number.MAX_SAFE_INTEGER,
): Promise<StoredEntry[]> {
  return reader.rows(
    `SELECT sequence, leaf, side FROM (
       SELECT sequence, leaf, side, sum(octet_length(leaf) + octet_length(side)) OVER (ORDER BY sequence) AS bytes
         FROM followed_entry WHERE log_id = $1 AND sequence >= $2 AND sequence < $3
     ) AS measured WHERE bytes <= $4 OR sequence = $2 ORDER BY sequence`,
    [logId, from, to, maxBytes],
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

/** The note of the kept checkpoint of exactly this size. */
export async function findKept(reader: Reader, logId: number, size: number): Promise<Buffer | undefined> {
  const row = await reader.row<{ note: Buffer }>(
    'SELECT note FROM followed_checkpoint WHERE log_id = $1 AND size = $2',
    [logId, size],
  );
  return row?.note;
}

/** Those of these sizes of which no checkpoint is kept. */
export async function listUnkept(reader: Reader, logId: number, sizes: readonly number[]): Promise<number[]> {
  const rows = await reader.rows<{ size: number }>(
    `SELECT DISTINCT s AS size FROM unnest($2::bigint[]) AS wanted(s)
      WHERE NOT EXISTS (SELECT FROM followed_checkpoint WHERE log_id = $1 AND size = s) ORDER BY s`,
    [logId, sizes],
    { name: 'follow_list_unkept' },
  );
  return rows.map(({ size }) => size);
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
      const found = new Map(rows.map((row) => [tileName(row), row.hashes]));
      for (const tile of tiles)
        if (tile.level === 0) found.set(tileName(tile), await leafHashes(reader, logId, tile));
      return tiles.map((tile) => found.get(tileName(tile)));
    });
}

/** A tile of level 0, as far as the entries are held. */
async function leafHashes(reader: Reader, logId: number, { index, width }: TileCoord): Promise<Buffer> {
  const from = index * TILE_WIDTH;
  const entries = await readEntries(reader, logId, from, from + width);
  return Buffer.concat(entries.map(({ leaf }) => leafHash(leaf)));
}
