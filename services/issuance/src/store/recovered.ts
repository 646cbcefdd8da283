import type { Tx } from '@lianzheng/db';
import { versionOf } from '@lianzheng/licence';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { type Identity, identityOf } from './identity.ts';

export interface RecoveredEntry {
  readonly body: StatusBody;
  /** The leaf's own bytes of it. */
  readonly bodyBytes: Buffer;
  readonly sequence: number;
}

/**
 * Puts a recovered entry in its place: what we had of that revision and later never became part of the log.
 * Returns the licence's id.
 */
export async function adoptChange(tx: Tx, { body, bodyBytes, sequence }: RecoveredEntry): Promise<number> {
  const licenceId = await reserveLicence(tx, identityOf(body.identifier), body.revision);
  const version = versionOf(body.identifier);
  // Recovered before, and recovered again: what came after it stands.
  const same = await tx.execute(
    'UPDATE status_change SET entry_id = NULL, sequence = $3 WHERE licence_id = $1 AND revision = $2 AND body = $4',
    [licenceId, body.revision, sequence, bodyBytes],
  );
  if (same > 0) return licenceId;
  await tx.execute('DELETE FROM status_change WHERE licence_id = $1 AND revision >= $2', [
    licenceId,
    body.revision,
  ]);
  await tx.execute(
    'INSERT INTO status_change (licence_id, revision, version, sequence, body) VALUES ($1, $2, $3, $4, $5)',
    [licenceId, body.revision, version, sequence, bodyBytes],
  );
  await tx.execute('UPDATE licence SET revision = $2 WHERE licence_id = $1', [licenceId, body.revision]);
  await dropOtherDocuments(tx, licenceId, version, body);
  return licenceId;
}

/** The identifier is never given out again, whether or not anything else is known of the licence. */
async function reserveLicence(
  tx: Tx,
  { typeCode, issuerCode, serial }: Identity,
  revision: number,
): Promise<number> {
  await tx.execute(
    `INSERT INTO licence (type_code, issuer_code, serial, revision) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [typeCode, issuerCode, serial, revision],
  );
  const row = await tx.row<{ licence_id: number }>(
    'SELECT licence_id FROM licence WHERE type_code = $1 AND issuer_code = $2 AND serial = $3',
    [typeCode, issuerCode, serial],
  );
  return row!.licence_id;
}

/** A document that the entry does not name is not this version's; neither is one of a version that never came to be. */
async function dropOtherDocuments(
  tx: Tx,
  licenceId: number,
  version: number,
  body: StatusBody,
): Promise<void> {
  const digests = body.forms.filter(({ what }) => what === 'jws').map(({ value }) => value);
  const params = [licenceId, version, digests];
  const other = `licence_id = $1 AND (version > $2 OR (version = $2 AND NOT jws_digest = ANY($3::bytea[])))`;
  await tx.execute(
    `DELETE FROM licence_holder WHERE (licence_id, version) IN (SELECT licence_id, version FROM licence_version WHERE ${other})`,
    params,
  );
  await tx.execute(`DELETE FROM licence_version WHERE ${other}`, params);
}

/** Of some licences those whose newest version has no document here, with their newest entry. */
export function findLost(
  tx: Tx,
  licenceIds: readonly number[],
): Promise<{ licenceId: number; body: Buffer; sequence: number | null }[]> {
  return tx.rows(
    `SELECT l.licence_id AS "licenceId", c.body, c.sequence
       FROM licence l
       JOIN status_change c ON c.licence_id = l.licence_id AND c.revision = l.revision
       LEFT JOIN licence_version v ON v.licence_id = l.licence_id AND v.version = c.version
      WHERE l.licence_id = ANY($1::bigint[]) AND v.licence_id IS NULL ORDER BY l.licence_id`,
    [licenceIds],
  );
}

/** Of waiting entries those that are still the state of a licence. */
export async function findStanding(tx: Tx, entryIds: readonly number[]): Promise<Set<number>> {
  const rows = await tx.rows<{ entry_id: number }>(
    `SELECT c.entry_id FROM status_change c JOIN licence l ON l.licence_id = c.licence_id
      WHERE c.entry_id = ANY($1::bigint[]) AND c.revision <= l.revision`,
    [entryIds],
  );
  return new Set(rows.map(({ entry_id }) => entry_id));
}

export async function findLicenceId(
  tx: Tx,
  { typeCode, issuerCode, serial }: Identity,
): Promise<number | undefined> {
  const row = await tx.row<{ licence_id: number }>(
    'SELECT licence_id FROM licence WHERE type_code = $1 AND issuer_code = $2 AND serial = $3',
    [typeCode, issuerCode, serial],
  );
  return row?.licence_id;
}
