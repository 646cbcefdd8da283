import type { Reader, Tx } from '@lianzheng/db';
import { decodeFrontier, emptyFrontier, encodeFrontier, type Frontier } from '@lianzheng/merkle';

export type FollowedLog = {
  logId: number;
  node: string;
  log: string;
  generation: number;
  size: number;
  frontier: Frontier;
  /** Newest verified checkpoint, the owner's time in it, and when it was verified here. */
  note: Buffer | undefined;
  noteTime: Date | undefined;
  heardAt: Date | undefined;
  lastKept: number;
  stopped: string;
  repairs: number;
  repairedEntries: number;
  noise: number;
};

type Row = {
  log_id: number;
  node: string;
  log: string;
  generation: number;
  size: number;
  frontier: Buffer;
  note: Buffer | null;
  note_time: Date | null;
  heard_at: Date | null;
  last_kept: number;
  stopped: string;
  repairs: number;
  repaired_entries: number;
  noise: number;
};

const columns =
  'log_id, node, log, generation, size, frontier, note, note_time, heard_at, last_kept, stopped, repairs, repaired_entries, noise';

function fromRow(row: Row): FollowedLog {
  const frontier = decodeFrontier(row.frontier);
  return {
    logId: row.log_id,
    node: row.node,
    log: row.log,
    generation: row.generation,
    size: row.size,
    // Of a log whose entries stay at home only the size is known.
    frontier: frontier.size === row.size ? frontier : { size: row.size, hashes: [] },
    note: row.note ?? undefined,
    noteTime: row.note_time ?? undefined,
    heardAt: row.heard_at ?? undefined,
    lastKept: row.last_kept,
    stopped: row.stopped,
    repairs: row.repairs,
    repairedEntries: row.repaired_entries,
    noise: row.noise,
  };
}

export async function listFollowedLogs(reader: Reader): Promise<FollowedLog[]> {
  return (await reader.rows<Row>(`SELECT ${columns} FROM followed_log ORDER BY log_id`)).map(fromRow);
}

/** The row of a log and generation, made at its first mention. */
export async function openFollowedLog(
  tx: Tx,
  log: { node: string; log: string; generation: number },
): Promise<FollowedLog> {
  await tx.execute(
    'INSERT INTO followed_log (node, log, generation) VALUES ($1, $2, $3) ON CONFLICT (node, log, generation) DO NOTHING',
    [log.node, log.log, log.generation],
  );
  const row = await tx.row<Row>(
    `SELECT ${columns} FROM followed_log WHERE node = $1 AND log = $2 AND generation = $3`,
    [log.node, log.log, log.generation],
  );
  return fromRow(row!);
}

/** The copy is not where this follower left it: somebody else wrote, or the database went back in time. */
export class CopyMoved extends Error {
  override readonly name = 'CopyMoved';
}

export type Advance = {
  logId: number;
  fromSize: number;
  frontier: Frontier;
  note: Buffer;
  noteTime: Date;
  heardAt: Date;
  lastKept: number;
  noise: number;
};

/** Moves the cursor; throws CopyMoved unless it stood at fromSize. */
export async function advanceLog(tx: Tx, advance: Advance): Promise<void> {
  const { frontier } = advance;
  const known = frontier.hashes.length > 0 || frontier.size === 0;
  const moved = await tx.execute(
    `UPDATE followed_log SET size = $3, frontier = coalesce($4, frontier), note = $5, note_time = $6, heard_at = $7,
            last_kept = $8, noise = noise + $9
      WHERE log_id = $1 AND size = $2 AND stopped = ''`,
    [
      advance.logId,
      advance.fromSize,
      frontier.size,
      known ? encodeFrontier(frontier) : null,
      advance.note,
      advance.noteTime,
      advance.heardAt,
      advance.lastKept,
      advance.noise,
    ],
    { name: 'follow_advance' },
  );
  if (moved !== 1) throw new CopyMoved(`copy ${advance.logId} is not at ${advance.fromSize}`);
}

/** Where nothing new was verified: noise, and a kept checkpoint that had been missed. */
export async function noteProgress(
  tx: Tx,
  { logId, lastKept, noise }: { logId: number; lastKept: number; noise: number },
): Promise<void> {
  await tx.execute(
    'UPDATE followed_log SET last_kept = greatest(last_kept, $2), noise = noise + $3 WHERE log_id = $1',
    [logId, lastKept, noise],
  );
}

export async function countRepair(tx: Tx, logId: number, entries: number): Promise<void> {
  await tx.execute(
    'UPDATE followed_log SET repairs = repairs + 1, repaired_entries = repaired_entries + $2 WHERE log_id = $1',
    [logId, entries],
  );
}

export async function stopLog(tx: Tx, logId: number, why: string): Promise<void> {
  await tx.execute('UPDATE followed_log SET stopped = $2 WHERE log_id = $1', [logId, why]);
}

/** Tables whose rows belong to one log. */
const ofOneLog = [
  'followed_entry',
  'followed_tile',
  'followed_checkpoint',
  'holder_entry',
  'holder_alias',
  'side_missing',
  'rekeyed_holder',
  'not_understood',
  'foreign_entry',
];

/** The copy is empty again and no longer stopped; what it counted stays. */
export async function forgetCopy(tx: Tx, logId: number): Promise<void> {
  for (const table of ofOneLog) await tx.execute(`DELETE FROM ${table} WHERE log_id = $1`, [logId]);
  await tx.execute(
    `UPDATE followed_log SET size = 0, frontier = $2, note = NULL, note_time = NULL, heard_at = NULL, last_kept = 0,
            stopped = '' WHERE log_id = $1`,
    [logId, encodeFrontier(emptyFrontier())],
  );
}
