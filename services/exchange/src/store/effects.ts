import type { Tx } from '@lianzheng/db';
import { decodeSide, encodeSide } from '@lianzheng/log';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { type Effects, isIndex } from '../domain/effects.ts';
import { indexKey } from '../domain/keys.ts';

/** Writes what entries add beside their own rows, in the transaction that adds the entries and after them. */
export async function insertEffects(tx: Tx, logId: number, effects: Effects): Promise<void> {
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
  if (effects.sideMissing.length > 0) {
    await tx.execute(
      'INSERT INTO side_missing (log_id, sequence, holder_number) SELECT $1, s, n FROM unnest($2::bigint[], $3::bigint[]) AS e(s, n) ON CONFLICT DO NOTHING',
      [
        logId,
        effects.sideMissing.map((one) => one.sequence),
        effects.sideMissing.map((one) => one.holderNumber),
      ],
    );
  }
  if (effects.rekeyed.length > 0) {
    await tx.execute(
      'INSERT INTO rekeyed_holder (log_id, sequence, holder_number, index_sequence) SELECT $1, o, n, s FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS e(o, n, s) ON CONFLICT DO NOTHING',
      [
        logId,
        effects.rekeyed.map((one) => one.of),
        effects.rekeyed.map((one) => one.holderNumber),
        effects.rekeyed.map((one) => one.sequence),
      ],
    );
  }
  // Last: what is missing because it was erased on purpose is not missed.
  for (const { sequence, holderNumbers } of effects.erased)
    await eraseHolders(tx, logId, sequence, holderNumbers);
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

/** A verified erased entry: index and salt go, under every key, and are no longer missed. */
async function eraseHolders(
  tx: Tx,
  logId: number,
  sequence: number,
  holderNumbers: readonly number[],
): Promise<void> {
  const rekeyed = await tx.rows<{ index_sequence: number }>(
    'SELECT index_sequence FROM rekeyed_holder WHERE log_id = $1 AND sequence = $2 AND holder_number = ANY($3::bigint[])',
    [logId, sequence, holderNumbers],
  );
  await eraseSide(tx, logId, { beside: sequence, of: sequence, holderNumbers });
  for (const { index_sequence } of rekeyed)
    await eraseSide(tx, logId, { beside: index_sequence, of: sequence, holderNumbers: [0] });
}

/** Takes holders out of what stands beside one entry; `of` is the entry that they are found by. */
async function eraseSide(
  tx: Tx,
  logId: number,
  { beside, of, holderNumbers }: { beside: number; of: number; holderNumbers: readonly number[] },
): Promise<void> {
  const row = await tx.row<{ side: Buffer }>(
    'SELECT side FROM followed_entry WHERE log_id = $1 AND sequence = $2',
    [logId, beside],
  );
  const isErased = ({ number }: HolderSide) => holderNumbers.includes(number);
  const holders = decodeSide(row?.side ?? Buffer.alloc(0));
  await tx.execute(
    `UPDATE followed_entry SET side = $3, holder_key = CASE WHEN $4 THEN NULL ELSE holder_key END
      WHERE log_id = $1 AND sequence = $2`,
    [logId, beside, encodeSide(holders.filter((holder) => !isErased(holder))), holderNumbers.includes(0)],
  );
  await tx.execute(
    'DELETE FROM holder_entry WHERE log_id = $1 AND sequence = $2 AND holder_index = ANY($3::uuid[])',
    [
      logId,
      of,
      holders.filter((holder) => isErased(holder) && isIndex(holder)).map((holder) => indexKey(holder.index)),
    ],
  );
  await tx.execute(
    'DELETE FROM side_missing WHERE log_id = $1 AND sequence = $2 AND holder_number = ANY($3::bigint[])',
    [logId, beside, holderNumbers],
  );
}
