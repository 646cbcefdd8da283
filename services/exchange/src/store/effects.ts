import type { Tx } from '@lianzheng/db';
import { decodeSide, encodeSide } from '@lianzheng/log';
import type { Effects } from '../domain/effects.ts';
import { indexKey } from '../domain/keys.ts';

/** Writes what entries add to the indices, in the transaction that adds the entries. */
export async function insertEffects(tx: Tx, logId: number, effects: Effects): Promise<void> {
  await insertPairs(
    tx,
    'INSERT INTO licence_entry (licence_key, sequence, log_id) SELECT k, s, $3 FROM unnest($1::uuid[], $2::bigint[]) AS e(k, s) ON CONFLICT DO NOTHING',
    'follow_licences',
    logId,
    effects.licences.map(({ key, sequence }) => [key, sequence]),
  );
  await insertPairs(
    tx,
    'INSERT INTO holder_entry (holder_index, sequence, log_id) SELECT k, s, $3 FROM unnest($1::uuid[], $2::bigint[]) AS e(k, s) ON CONFLICT DO NOTHING',
    'follow_holders',
    logId,
    effects.holders.map(({ index, sequence }) => [index, sequence]),
  );
  await insertPairs(
    tx,
    'INSERT INTO not_understood (subject, sequence, log_id) SELECT k, s, $3 FROM unnest($1::text[], $2::bigint[]) AS e(k, s) ON CONFLICT DO NOTHING',
    'follow_not_understood',
    logId,
    effects.notUnderstood.map(({ subject, sequence }) => [subject, sequence]),
  );
  for (const { former, present, sequence } of effects.aliases) {
    await tx.execute(
      'INSERT INTO holder_alias (former_index, present_index, log_id, sequence) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [former, present, logId, sequence],
    );
  }
  for (const { sequence, holderNumbers } of effects.erased)
    await eraseSide(tx, logId, sequence, holderNumbers);
  if (effects.sideMissing.length > 0) {
    await tx.execute(
      'INSERT INTO side_missing (log_id, sequence) SELECT $1, s FROM unnest($2::bigint[]) AS e(s) ON CONFLICT DO NOTHING',
      [logId, effects.sideMissing],
    );
  }
}

async function insertPairs(
  tx: Tx,
  sql: string,
  name: string,
  logId: number,
  pairs: readonly (readonly [string, number])[],
): Promise<void> {
  if (pairs.length === 0) return;
  await tx.execute(sql, [pairs.map(([key]) => key), pairs.map(([, sequence]) => sequence), logId], { name });
}

/** A verified erased entry: index and salt go, and are no longer missed. */
async function eraseSide(
  tx: Tx,
  logId: number,
  sequence: number,
  holderNumbers: readonly number[],
): Promise<void> {
  const row = await tx.row<{ side: Buffer }>(
    'SELECT side FROM followed_entry WHERE log_id = $1 AND sequence = $2',
    [logId, sequence],
  );
  if (!row) return;
  const holders = decodeSide(row.side);
  const erased = holders.filter((holder) => holderNumbers.includes(holder.number));
  const rest = holders.filter((holder) => !holderNumbers.includes(holder.number));
  await tx.execute('UPDATE followed_entry SET side = $3 WHERE log_id = $1 AND sequence = $2', [
    logId,
    sequence,
    encodeSide(rest),
  ]);
  await tx.execute(
    'DELETE FROM holder_entry WHERE log_id = $1 AND sequence = $2 AND holder_index = ANY($3::uuid[])',
    [logId, sequence, erased.map((holder) => indexKey(holder.index))],
  );
  await tx.execute('DELETE FROM side_missing WHERE log_id = $1 AND sequence = $2', [logId, sequence]);
}
