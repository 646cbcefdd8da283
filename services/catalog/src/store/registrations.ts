import type { Reader, Tx } from '@lianzheng/db';

export type Registration = {
  readonly departmentCode: string;
  readonly requestId: string;
  readonly digest: Buffer;
  readonly code: string;
  readonly version: number;
};

const KEPT_MS = 90 * 24 * 3_600_000;

export async function findRegistration(
  reader: Reader,
  departmentCode: string,
  requestId: string,
): Promise<Registration | undefined> {
  const row = await reader.row<{ digest: Buffer; code: string; version: number }>(
    'SELECT digest, code, version FROM registration WHERE department_code = $1 AND request_id = $2',
    [departmentCode, requestId],
  );
  return row && { departmentCode, requestId, ...row };
}

/** Also forgets what was kept long enough. */
export async function insertRegistration(tx: Tx, registration: Registration, at: Date): Promise<void> {
  await tx.execute('DELETE FROM registration WHERE registered_at < $1', [new Date(at.getTime() - KEPT_MS)]);
  const { departmentCode, requestId, digest, code, version } = registration;
  await tx.execute(
    'INSERT INTO registration (department_code, request_id, digest, code, version, registered_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [departmentCode, requestId, digest, code, version, at],
  );
}
