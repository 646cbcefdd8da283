import { type Reader, type Tx, together } from '@lianzheng/db';
import {
  decodeFrontier,
  encodeFrontier,
  type Frontier,
  growTree,
  HASH_BYTES,
  leafHash,
  type ReadTiles,
  type TileExtension,
} from '@lianzheng/merkle';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { encodeSide } from './leaf.ts';
import type { StoredEntry } from './source.ts';

export type WaitingEntry = {
  /** From encodeLeaf. */
  leaf: Uint8Array;
  holders?: readonly HolderSide[];
  /** W3C trace context of the call that caused it. */
  traceparent?: string;
};

/**
 * Puts entries into the log's waiting room, in the transaction that changes the state. Call it after the row concerned is
 * locked, so that entries of one licence get their numbers in the order of their revisions (logs.md §2).
 * Returns their entry ids, in order.
 */
export async function insertWaiting(tx: Tx, entries: readonly WaitingEntry[]): Promise<number[]> {
  if (entries.length === 0) return [];
  const rows = await tx.rows<{ entry_id: number }>(
    `INSERT INTO log_waiting (leaf, side, traceparent)
     SELECT leaf, side, traceparent FROM unnest($1::bytea[], $2::bytea[], $3::text[]) WITH ORDINALITY AS e(leaf, side, traceparent, n)
     ORDER BY n RETURNING entry_id`,
    [
      entries.map((entry) => entry.leaf),
      entries.map((entry) => encodeSide(entry.holders ?? [])),
      entries.map((entry) => entry.traceparent ?? ''),
    ],
    { name: 'log_insert_waiting' },
  );
  return rows.map((row) => row.entry_id);
}

/** Entry id → sequence, for those that have their number. */
export async function findSequences(
  reader: Reader,
  entryIds: readonly number[],
): Promise<Map<number, number>> {
  const rows = await reader.rows<{ entry_id: number; sequence: number }>(
    'SELECT entry_id, sequence FROM log_entry WHERE entry_id = ANY($1::bigint[])',
    [entryIds],
    { name: 'log_find_sequences' },
  );
  return new Map(rows.map((row) => [row.entry_id, row.sequence]));
}

export type HeadRow = {
  generation: number;
  epoch: number;
  size: number;
  frontier: Frontier;
  integratedSize: number;
  note: Buffer | null;
  noteTime: Date | null;
  publishedSize: number;
};

type HeadColumns = {
  generation: number;
  epoch: number;
  size: number;
  frontier: Buffer;
  integrated_size: number;
  note: Buffer | null;
  note_time: Date | null;
  published_size: number;
};

const headColumns = 'generation, epoch, size, frontier, integrated_size, note, note_time, published_size';

function headFrom(row: HeadColumns): HeadRow {
  return {
    generation: row.generation,
    epoch: row.epoch,
    size: row.size,
    frontier: decodeFrontier(row.frontier),
    integratedSize: row.integrated_size,
    note: row.note,
    noteTime: row.note_time,
    publishedSize: row.published_size,
  };
}

export async function readHead(reader: Reader): Promise<HeadRow> {
  return headFrom((await reader.row<HeadColumns>(`SELECT ${headColumns} FROM log_head`))!);
}

/** Begins a tenure: every relay of an earlier epoch finds itself superseded. */
export async function takeEpoch(tx: Tx): Promise<HeadRow> {
  return headFrom(
    (await tx.row<HeadColumns>(`UPDATE log_head SET epoch = epoch + 1 RETURNING ${headColumns}`))!,
  );
}

/** The head is not where this relay left it: another one took over, or the database went back in time. */
export class HeadMoved extends Error {
  override readonly name = 'HeadMoved';
}

/**
 * Up to `limit` waiting entries and 2 MiB, so that one checkpoint and its entries fit into one message; oldest first.
 * `all`: nothing else waits.
 */
export async function readWaiting(
  reader: Reader,
  limit: number,
): Promise<{
  entries: { entryId: number; leaf: Buffer; side: Buffer; traceparent: string }[];
  all: boolean;
}> {
  const rows = await reader.rows<{
    entry_id: number;
    leaf: Buffer;
    side: Buffer;
    traceparent: string;
    seen: number;
  }>(
    `SELECT entry_id, leaf, side, traceparent, seen FROM (
       SELECT entry_id, leaf, side, traceparent, count(*) OVER () AS seen,
              sum(octet_length(leaf) + octet_length(side)) OVER (ORDER BY entry_id) AS bytes
         FROM (SELECT entry_id, leaf, side, traceparent FROM log_waiting ORDER BY entry_id LIMIT $1) AS oldest
     ) AS measured WHERE bytes <= 2097152 ORDER BY entry_id`,
    [limit],
    { name: 'log_read_waiting' },
  );
  const seen = rows[0]?.seen ?? 0;
  return {
    entries: rows.map(({ entry_id, leaf, side, traceparent }) => ({
      entryId: entry_id,
      leaf,
      side,
      traceparent,
    })),
    all: seen === rows.length && seen < limit,
  };
}

/** The waiting entry with the largest id; 0 = none waits. */
export async function findNewestWaiting(reader: Reader): Promise<number> {
  const row = await reader.row<{ newest: number | null }>('SELECT max(entry_id) AS newest FROM log_waiting');
  return row?.newest ?? 0;
}

export type SequencedEntry = { entryId: number | null; leaf: Buffer; side: Buffer; traceparent: string };

/** Gives entries their numbers: entries, tiles and head in one transaction, out of the waiting room. */
export async function appendEntries(
  tx: Tx,
  head: { generation: number; epoch: number; frontier: Frontier },
  entries: readonly SequencedEntry[],
): Promise<Frontier> {
  const { size } = head.frontier;
  const growth = growTree(
    head.frontier,
    entries.map((entry) => leafHash(entry.leaf)),
  );
  const advanced = tx.execute(
    'UPDATE log_head SET size = $1, frontier = $2 WHERE size = $3 AND epoch = $4 AND generation = $5',
    [size + entries.length, encodeFrontier(growth.frontier), size, head.epoch, head.generation],
    { name: 'log_advance' },
  );
  const ids = entries.map((entry) => entry.entryId);
  const appended = tx.execute(
    `INSERT INTO log_entry (generation, sequence, entry_id, leaf, side, traceparent)
     SELECT $1, $2 + n - 1, entry_id, leaf, side, traceparent
       FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::text[]) WITH ORDINALITY AS e(entry_id, leaf, side, traceparent, n)`,
    [
      head.generation,
      size,
      ids,
      entries.map((entry) => entry.leaf),
      entries.map((entry) => entry.side),
      entries.map((entry) => entry.traceparent),
    ],
    { name: 'log_append' },
  );
  const drawn = ids.filter((id) => id !== null);
  const unwaited = tx.execute('DELETE FROM log_waiting WHERE entry_id = ANY($1::bigint[])', [drawn], {
    name: 'log_unwait',
  });
  const extended = extendTiles(tx, head.generation, growth.extensions);
  const moved = async () => {
    if ((await advanced) !== 1) throw new HeadMoved(`head is not at size ${size}, epoch ${head.epoch}`);
  };
  await together([moved(), appended, unwaited, extended]);
  return growth.frontier;
}

async function extendTiles(tx: Tx, generation: number, extensions: readonly TileExtension[]): Promise<void> {
  const grown = await tx.rows<{ level: number; index: number; bytes: number }>(
    `INSERT INTO log_tile (generation, level, index, hashes)
     SELECT $1, level, index, hashes FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS t(level, index, hashes)
     ON CONFLICT (generation, level, index) DO UPDATE SET hashes = log_tile.hashes || excluded.hashes
     RETURNING level, index, octet_length(hashes) AS bytes`,
    [
      generation,
      extensions.map((tile) => tile.level),
      extensions.map((tile) => tile.index),
      extensions.map((tile) => tile.hashes),
    ],
    { name: 'log_extend_tiles' },
  );
  const bytes = new Map(grown.map((tile) => [`${tile.level}/${tile.index}`, tile.bytes]));
  for (const { level, index, offset, hashes } of extensions) {
    if (bytes.get(`${level}/${index}`) !== offset * HASH_BYTES + hashes.length)
      throw new Error(`tile ${level}/${index} did not hold ${offset} hashes: nothing is appended to it`);
  }
}

/** Makes a signed note the head's; keeps it when it bears entries. */
export async function storeCheckpoint(
  tx: Tx,
  head: { generation: number; epoch: number },
  checkpoint: { size: number; time: Date; note: Buffer; kept: boolean },
): Promise<void> {
  const { size, time, note } = checkpoint;
  const moved = tx.execute(
    'UPDATE log_head SET integrated_size = $1, note = $2, note_time = $3 WHERE epoch = $4 AND integrated_size <= $1',
    [size, note, time, head.epoch],
    { name: 'log_integrate' },
  );
  const keeping =
    checkpoint.kept &&
    tx.execute(
      'INSERT INTO log_checkpoint (generation, size, time, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [head.generation, size, time, note],
      { name: 'log_keep_checkpoint' },
    );
  const [count] = await together([moved, keeping]);
  if (count !== 1) throw new HeadMoved(`another relay has taken over from epoch ${head.epoch}`);
}

export async function setPublished(tx: Tx, epoch: number, size: number): Promise<void> {
  await tx.execute(
    'UPDATE log_head SET published_size = $1 WHERE epoch = $2 AND published_size <= $1',
    [size, epoch],
    {
      name: 'log_published',
    },
  );
}

/** Entries from ≤ sequence < to, in order: the first, and as many more as weigh no more than maxBytes together. */
export async function readEntries(
  reader: Reader,
  generation: number,
  from: number,
  to: number,
  maxBytes: number = Number.MAX_SAFE_INTEGER,
): Promise<(StoredEntry & { traceparent: string })[]> {
  return reader.rows(
    `SELECT sequence, leaf, side, traceparent FROM (
       SELECT sequence, leaf, side, traceparent,
              sum(octet_length(leaf) + octet_length(side)) OVER (ORDER BY sequence) AS bytes
         FROM log_entry WHERE generation = $1 AND sequence >= $2 AND sequence < $3
     ) AS measured WHERE bytes <= $4 OR sequence = $2 ORDER BY sequence`,
    [generation, from, to, maxBytes],
    { name: 'log_read_entries' },
  );
}

export async function readCheckpoints(
  reader: Reader,
  generation: number,
  after: number,
  to: number,
): Promise<{ size: number; note: Buffer }[]> {
  return reader.rows(
    'SELECT size, note FROM log_checkpoint WHERE generation = $1 AND size > $2 AND size <= $3 ORDER BY size',
    [generation, after, to],
    { name: 'log_read_checkpoints' },
  );
}

/** The largest kept checkpoint, with size ≤ `to` where that is given. */
export async function findLastKept(
  reader: Reader,
  generation: number,
  to: number = Number.MAX_SAFE_INTEGER,
): Promise<{ size: number; time: Date; note: Buffer } | undefined> {
  return reader.row(
    'SELECT size, time, note FROM log_checkpoint WHERE generation = $1 AND size <= $2 ORDER BY size DESC LIMIT 1',
    [generation, to],
  );
}

export async function findCovering(
  reader: Reader,
  generation: number,
  sequence: number,
): Promise<{ size: number; note: Buffer } | undefined> {
  return reader.row(
    'SELECT size, note FROM log_checkpoint WHERE generation = $1 AND size > $2 ORDER BY size LIMIT 1',
    [generation, sequence],
  );
}

export function tileReader(
  read: <T>(fn: (reader: Reader) => Promise<T>) => Promise<T>,
  generation: number,
): ReadTiles {
  return (tiles) =>
    read(async (reader) => {
      const rows = await reader.rows<{ level: number; index: number; hashes: Buffer }>(
        `SELECT t.level, t.index, t.hashes FROM log_tile t
           JOIN unnest($2::int[], $3::bigint[]) AS w(level, index) ON t.level = w.level AND t.index = w.index
          WHERE t.generation = $1`,
        [generation, tiles.map((tile) => tile.level), tiles.map((tile) => tile.index)],
        { name: 'log_read_tiles' },
      );
      const found = new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]));
      return tiles.map((tile) => found.get(`${tile.level}/${tile.index}`));
    });
}
