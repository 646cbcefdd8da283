import type { Reader, Tx } from '@lianzheng/db';

export interface Finding {
  readonly kind: 'reenter' | 'contradiction';
  readonly licenceId: number;
  /** Encoded StatusBody of the entry. */
  readonly body: Buffer;
  readonly sequence: number | undefined;
}

/** A licence has one finding of the kind 'reenter': about its newest entry. */
export async function insertFinding(tx: Tx, { kind, licenceId, body, sequence }: Finding): Promise<void> {
  if (kind === 'reenter') await resolveFindings(tx, [licenceId]);
  await tx.execute(
    'INSERT INTO recovery_finding (kind, licence_id, body, sequence) VALUES ($1, $2, $3, $4)',
    [kind, licenceId, body, sequence ?? null],
  );
}

/** Licences that were entered again. */
export async function resolveFindings(tx: Tx, licenceIds: readonly number[]): Promise<void> {
  if (licenceIds.length === 0) return;
  await tx.execute(`DELETE FROM recovery_finding WHERE kind = 'reenter' AND licence_id = ANY($1::bigint[])`, [
    licenceIds,
  ]);
}

/** Of one issuer, or of all. */
export async function listFindings(reader: Reader, issuerCode: string | undefined): Promise<Finding[]> {
  const rows = await reader.rows<{
    kind: Finding['kind'];
    licence_id: number;
    body: Buffer;
    sequence: number | null;
  }>(
    `SELECT f.kind, f.licence_id, f.body, f.sequence
       FROM recovery_finding f JOIN licence l ON l.licence_id = f.licence_id
      WHERE $1::text IS NULL OR l.issuer_code = $1 ORDER BY f.finding_id`,
    [issuerCode ?? null],
  );
  return rows.map(({ licence_id, sequence, ...row }) => ({
    ...row,
    licenceId: licence_id,
    sequence: sequence ?? undefined,
  }));
}
