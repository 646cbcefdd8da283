import type { Reader } from '@lianzheng/db';
import { decodeSide } from '@lianzheng/log';
import { holderKey, indexKey } from '../domain/keys.ts';

export type HolderRow = { logId: number; sequence: number; leaf: Buffer };

/** Entries whose holders have one of these indices (indexKey of domain/keys.ts), aliases included. */
export async function listHolderEntries(reader: Reader, indices: readonly string[]): Promise<HolderRow[]> {
  const wanted = await withAliases(reader, indices);
  const rows = await reader.rows<{
    log_id: number;
    sequence: number;
    leaf: Buffer;
    side: Buffer;
    first: boolean;
  }>(
    `SELECT log_id, sequence, leaf, side, true AS first FROM followed_entry WHERE holder_key = ANY($1::bigint[])
     UNION ALL
     SELECT e.log_id, e.sequence, e.leaf, e.side, false FROM holder_entry h
       JOIN followed_entry e ON e.log_id = h.log_id AND e.sequence = h.sequence
      WHERE h.holder_index = ANY($2::uuid[])
      ORDER BY log_id, sequence LIMIT 2000`,
    [wanted.map(holderKey), wanted],
    { name: 'list_holder_entries' },
  );
  // Two holders may share a key of 8 bytes, so the index itself is compared.
  const known = new Set(wanted);
  return rows
    .filter(({ first, side }) => !first || decodeSide(side).some(({ index }) => known.has(indexKey(index))))
    .map((row) => ({ logId: row.log_id, sequence: row.sequence, leaf: row.leaf }));
}

/** A number may have changed more than once. */
async function withAliases(reader: Reader, indices: readonly string[]): Promise<string[]> {
  const rows = await reader.rows<{ index: string }>(
    `WITH RECURSIVE same (index) AS (
       SELECT w FROM unnest($1::uuid[]) AS wanted (w)
       UNION
       SELECT CASE WHEN a.former_index = same.index THEN a.present_index ELSE a.former_index END
         FROM same JOIN holder_alias a ON a.former_index = same.index OR a.present_index = same.index
     ) SELECT index FROM same`,
    [indices],
    { name: 'list_holder_aliases' },
  );
  return rows.map(({ index }) => index.replaceAll('-', ''));
}

/** Logs of which some lookup data is missing. */
export async function listLogsMissingSides(reader: Reader): Promise<number[]> {
  const rows = await reader.rows<{ log_id: number }>('SELECT DISTINCT log_id FROM side_missing');
  return rows.map((row) => row.log_id);
}
