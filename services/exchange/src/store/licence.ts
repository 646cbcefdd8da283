import type { Reader } from '@lianzheng/db';
import { VERSION_AND_CHECK } from '../domain/keys.ts';

export type LicenceRow = { logId: number; sequence: number; leaf: Buffer };

/** All entries about licences of these keys, in order of their logs and sequences; others may share a key. */
export async function listLicenceEntries(reader: Reader, keys: readonly bigint[]): Promise<LicenceRow[]> {
  const rows = await reader.rows<{ log_id: number; sequence: number; leaf: Buffer }>(
    `SELECT log_id, sequence, leaf FROM followed_entry
      WHERE licence_key = ANY($1::bigint[]) ORDER BY log_id, sequence`,
    [keys],
    { name: 'list_licence_entries' },
  );
  return rows.map((row) => ({
    logId: row.log_id,
    sequence: row.sequence,
    leaf: row.leaf,
  }));
}

/** What was not understood of these licences (`licenceOf` of any of their identifiers), or of whole logs: subject ''. */
export async function listNotUnderstood(
  reader: Reader,
  licences: readonly string[],
): Promise<{ logId: number; sequence: number; subject: string }[]> {
  const rows = await reader.rows<{ log_id: number; sequence: number; subject: string }>(
    `SELECT log_id, sequence, subject FROM not_understood
      WHERE left(subject, $2) = ANY($1::text[]) OR subject = '' ORDER BY log_id, sequence`,
    [licences, -VERSION_AND_CHECK],
    { name: 'list_not_understood' },
  );
  return rows.map((row) => ({ logId: row.log_id, sequence: row.sequence, subject: row.subject }));
}

export async function countNotUnderstood(reader: Reader): Promise<Map<number, number>> {
  const rows = await reader.rows<{ log_id: number; count: number }>(
    'SELECT log_id, count(*) AS count FROM not_understood GROUP BY log_id',
  );
  return new Map(rows.map((row) => [row.log_id, row.count]));
}
