import type { Reader } from '@lianzheng/db';

export type HolderRow = { index: string; logId: number; sequence: number; leaf: Buffer };

/** Entries whose holders have one of these indices (keys of domain/keys.ts), aliases included. */
export async function listHolderEntries(reader: Reader, indices: readonly string[]): Promise<HolderRow[]> {
  const rows = await reader.rows<{ holder_index: string; log_id: number; sequence: number; leaf: Buffer }>(
    `WITH wanted AS (
       SELECT i FROM unnest($1::uuid[]) AS w(i)
       UNION SELECT present_index FROM holder_alias WHERE former_index = ANY($1::uuid[])
       UNION SELECT former_index FROM holder_alias WHERE present_index = ANY($1::uuid[]))
     SELECT h.holder_index, h.log_id, h.sequence, e.leaf
       FROM wanted JOIN holder_entry h ON h.holder_index = wanted.i
       JOIN followed_entry e ON e.log_id = h.log_id AND e.sequence = h.sequence
      ORDER BY h.log_id, h.sequence LIMIT 2000`,
    [indices],
    { name: 'list_holder_entries' },
  );
  return rows.map((row) => ({
    index: row.holder_index.replaceAll('-', ''),
    logId: row.log_id,
    sequence: row.sequence,
    leaf: row.leaf,
  }));
}

/** Logs of which some lookup data is missing. */
export async function listSideMissing(
  reader: Reader,
  limit: number,
): Promise<{ logId: number; sequence: number }[]> {
  const rows = await reader.rows<{ log_id: number; sequence: number }>(
    'SELECT log_id, sequence FROM side_missing ORDER BY log_id, sequence LIMIT $1',
    [limit],
  );
  return rows.map((row) => ({ logId: row.log_id, sequence: row.sequence }));
}

export async function listLogsMissingSides(reader: Reader): Promise<number[]> {
  const rows = await reader.rows<{ log_id: number }>('SELECT DISTINCT log_id FROM side_missing');
  return rows.map((row) => row.log_id);
}
