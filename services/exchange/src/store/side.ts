import type { Reader, Tx } from '@lianzheng/db';
import { decodeSide, encodeSide } from '@lianzheng/log';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

export type MissingSide = { logId: number; sequence: number };

/** Entries after the given one of which some lookup data is missing, in order. */
export async function listSideMissing(
  reader: Reader,
  after: MissingSide,
  limit: number,
): Promise<MissingSide[]> {
  const rows = await reader.rows<{ log_id: number; sequence: number }>(
    `SELECT DISTINCT log_id, sequence FROM side_missing
      WHERE (log_id, sequence) > ($1, $2) ORDER BY log_id, sequence LIMIT $3`,
    [after.logId, after.sequence, limit],
  );
  return rows.map((row) => ({ logId: row.log_id, sequence: row.sequence }));
}

/**
 * Numbers of the holders of an entry that are still missed, held until the end of the transaction: what is erased meanwhile
 * is not put back.
 */
export async function lockMissingHolders(tx: Tx, { logId, sequence }: MissingSide): Promise<number[]> {
  const rows = await tx.rows<{ holder_number: number }>(
    'SELECT holder_number FROM side_missing WHERE log_id = $1 AND sequence = $2 FOR UPDATE',
    [logId, sequence],
  );
  return rows.map((row) => row.holder_number);
}

/** Puts holders beside an entry, in the place of what did not fit. Returns all that stand there now. */
export async function putHolders(
  tx: Tx,
  { logId, sequence }: MissingSide,
  found: readonly HolderSide[],
): Promise<HolderSide[]> {
  const numbers = found.map((holder) => holder.number);
  const row = await tx.row<{ side: Buffer }>(
    'SELECT side FROM followed_entry WHERE log_id = $1 AND sequence = $2 FOR UPDATE',
    [logId, sequence],
  );
  const others = decodeSide(row?.side ?? Buffer.alloc(0)).filter(
    (holder) => !numbers.includes(holder.number),
  );
  const holders = [...others, ...found];
  await tx.execute('UPDATE followed_entry SET side = $3 WHERE log_id = $1 AND sequence = $2', [
    logId,
    sequence,
    encodeSide(holders),
  ]);
  await tx.execute(
    'DELETE FROM side_missing WHERE log_id = $1 AND sequence = $2 AND holder_number = ANY($3::bigint[])',
    [logId, sequence, numbers],
  );
  return holders;
}

/** The key of the first holder, which stands in the entry's own row. */
export async function setHolderKey(
  tx: Tx,
  { logId, sequence }: MissingSide,
  holderKey: bigint | null,
): Promise<void> {
  await tx.execute('UPDATE followed_entry SET holder_key = $3 WHERE log_id = $1 AND sequence = $2', [
    logId,
    sequence,
    holderKey,
  ]);
}
