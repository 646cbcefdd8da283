import type { Reader } from '@lianzheng/db';
import { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { sequencesOf } from './changes.ts';
import type { LicenceAt } from './requests.ts';

/** A licence as it stood at a revision. */
export interface RecordedLicence {
  readonly body: StatusBody;
  /** Of the version that the revision is about. */
  readonly sealedJws: Buffer | undefined;
  readonly sequence: number | undefined;
}

interface Columns {
  body: Buffer;
  entry_id: number | null;
  sequence: number | null;
  jws: Buffer | null;
}

export async function findLicenceAt(reader: Reader, at: LicenceAt): Promise<RecordedLicence | undefined> {
  const rows = await reader.rows<Columns>(
    `SELECT c.body, c.entry_id, c.sequence, v.jws FROM status_change c
       LEFT JOIN licence_version v ON v.licence_id = c.licence_id AND v.version = c.version
      WHERE c.licence_id = $1 AND c.revision = $2`,
    [at.licenceId, at.revision],
    { name: 'find_licence_at' },
  );
  const [row] = rows;
  if (!row) return undefined;
  const [sequence] = await sequencesOf(reader, rows);
  return { body: StatusBody.decode(row.body), sealedJws: row.jws ?? undefined, sequence };
}
