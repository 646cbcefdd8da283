import { type Reader, type Tx, together } from '@lianzheng/db';
import { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { KnownLicence } from '../domain/known-licence.ts';
import { distinct, type Identity, identityColumns } from './identity.ts';

/** A licence as it stands, with the sealed JWS of its newest version; undefined when that was lost. */
export interface LicenceRow extends KnownLicence, Identity {
  readonly sealedJws: Buffer | undefined;
  readonly entryId: number | undefined;
  readonly sequence: number | undefined;
}

export interface NumberKey {
  readonly typeCode: string;
  readonly issuerCode: string;
  readonly numberIndex: Buffer;
}

interface Columns {
  licence_id: number;
  type_code: string;
  issuer_code: string;
  serial: string;
  number_index: Buffer | null;
  body: Buffer;
  entry_id: number | null;
  sequence: number | null;
  jws: Buffer | null;
}

const SELECT = `
  SELECT l.licence_id, l.type_code, l.issuer_code, l.serial, l.number_index, c.body, c.entry_id, c.sequence, v.jws
    FROM licence l
    JOIN status_change c ON c.licence_id = l.licence_id AND c.revision = l.revision
    LEFT JOIN licence_version v ON v.licence_id = l.licence_id AND v.version = c.version`;

function fromColumns(row: Columns): LicenceRow {
  return {
    licenceId: row.licence_id,
    typeCode: row.type_code,
    issuerCode: row.issuer_code,
    serial: row.serial,
    numberIndex: row.number_index ?? undefined,
    newest: StatusBody.decode(row.body),
    entryId: row.entry_id ?? undefined,
    sequence: row.sequence ?? undefined,
    sealedJws: row.jws ?? undefined,
  };
}

export async function findLicences(reader: Reader, identities: readonly Identity[]): Promise<LicenceRow[]> {
  if (identities.length === 0) return [];
  const rows = await reader.rows<Columns>(
    `${SELECT} WHERE (l.type_code, l.issuer_code, l.serial)
                  IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))`,
    identityColumns(identities),
    { name: 'find_licences' },
  );
  return rows.map(fromColumns);
}

export async function findLicencesByNumber(
  reader: Reader,
  numbers: readonly NumberKey[],
): Promise<LicenceRow[]> {
  if (numbers.length === 0) return [];
  const rows = await reader.rows<Columns>(
    `${SELECT} WHERE (l.type_code, l.issuer_code, l.number_index)
                  IN (SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[]))`,
    [
      numbers.map(({ typeCode }) => typeCode),
      numbers.map(({ issuerCode }) => issuerCode),
      numbers.map(({ numberIndex }) => numberIndex),
    ],
    { name: 'find_licences_by_number' },
  );
  return rows.map(fromColumns);
}

/** Locks the licences and then reads them: a join that waits for a lock would read the state before it. */
export async function lockLicences(tx: Tx, identities: readonly Identity[]): Promise<LicenceRow[]> {
  if (identities.length === 0) return [];
  const wanted = distinct(identities);
  const locked = tx.rows(
    `SELECT licence_id FROM licence
      WHERE (type_code, issuer_code, serial) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))
      ORDER BY licence_id FOR UPDATE`,
    identityColumns(wanted),
    { name: 'lock_licences' },
  );
  const [, found] = await together([locked, findLicences(tx, wanted)]);
  return found;
}

export interface NewLicence extends Identity {
  readonly numberIndex: Buffer | undefined;
  readonly revision: number;
}

/** Their ids in order; undefined where identity or licence number is taken already, also by one before it here. */
export async function insertLicences(
  tx: Tx,
  licences: readonly NewLicence[],
): Promise<(number | undefined)[]> {
  if (licences.length === 0) return [];
  const ordered = [...licences].sort((a, b) => (a.serial < b.serial ? -1 : 1));
  const rows = await tx.rows<{
    licence_id: number;
    number_index: Buffer | null;
    serial: string;
    type_code: string;
  }>(
    `INSERT INTO licence (type_code, issuer_code, serial, number_index, revision)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::int[])
     ON CONFLICT DO NOTHING RETURNING licence_id, type_code, serial, number_index`,
    [
      ...identityColumns(ordered),
      ordered.map(({ numberIndex }) => numberIndex ?? null),
      ordered.map(({ revision }) => revision),
    ],
    { name: 'insert_licences' },
  );
  const inserted = new Map(
    rows.map((row) => [insertKey(row.type_code, row.serial, row.number_index), row.licence_id]),
  );
  return licences.map(({ typeCode, serial, numberIndex }) => {
    const key = insertKey(typeCode, serial, numberIndex ?? null);
    const id = inserted.get(key);
    inserted.delete(key);
    return id;
  });
}

/** Within a batch a number index is one licence number of one issuer: it contains type and issuer. */
function insertKey(typeCode: string, serial: string, numberIndex: Buffer | null): string {
  return `${typeCode}.${serial}.${numberIndex?.toString('base64') ?? ''}`;
}

export interface Advance {
  readonly licenceId: number;
  readonly revision: number;
  /** Set where it was not known: a recovered licence that was entered again. */
  readonly numberIndex: Buffer | undefined;
}

/** The licences' newest revisions; each licence once. */
export async function advanceLicences(tx: Tx, advances: readonly Advance[]): Promise<void> {
  if (advances.length === 0) return;
  await tx.execute(
    `UPDATE licence l SET revision = a.revision, number_index = coalesce(l.number_index, a.number_index)
       FROM unnest($1::bigint[], $2::int[], $3::bytea[]) AS a(licence_id, revision, number_index)
      WHERE l.licence_id = a.licence_id`,
    [
      advances.map(({ licenceId }) => licenceId),
      advances.map(({ revision }) => revision),
      advances.map(({ numberIndex }) => numberIndex ?? null),
    ],
    { name: 'advance_licences' },
  );
}
