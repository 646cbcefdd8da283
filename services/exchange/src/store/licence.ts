import type { Reader } from '@lianzheng/db';

export type LicenceRow = { key: string; logId: number; sequence: number; leaf: Buffer };

/** All entries about these licences, in order of their logs and sequences. */
export async function listLicenceEntries(reader: Reader, keys: readonly string[]): Promise<LicenceRow[]> {
  const rows = await reader.rows<{ licence_key: string; log_id: number; sequence: number; leaf: Buffer }>(
    `SELECT l.licence_key, l.log_id, l.sequence, e.leaf
       FROM licence_entry l JOIN followed_entry e ON e.log_id = l.log_id AND e.sequence = l.sequence
      WHERE l.licence_key = ANY($1::uuid[]) ORDER BY l.log_id, l.sequence`,
    [keys],
    { name: 'list_licence_entries' },
  );
  return rows.map((row) => ({
    key: row.licence_key.replaceAll('-', ''),
    logId: row.log_id,
    sequence: row.sequence,
    leaf: row.leaf,
  }));
}

/** Whether something about these subjects, or about a whole log, was not understood. */
export async function listNotUnderstood(
  reader: Reader,
  subjects: readonly string[],
): Promise<{ logId: number; subject: string }[]> {
  const rows = await reader.rows<{ log_id: number; subject: string }>(
    "SELECT log_id, subject FROM not_understood WHERE subject = ANY($1::text[]) OR subject = ''",
    [subjects],
    { name: 'list_not_understood' },
  );
  return rows.map((row) => ({ logId: row.log_id, subject: row.subject }));
}

export async function countNotUnderstood(reader: Reader): Promise<Map<number, number>> {
  const rows = await reader.rows<{ log_id: number; count: number }>(
    'SELECT log_id, count(*) AS count FROM not_understood GROUP BY log_id',
  );
  return new Map(rows.map((row) => [row.log_id, row.count]));
}
