import { type Reader, type Tx, together } from '@lianzheng/db';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

export interface NewVersion {
  readonly licenceId: number;
  readonly version: number;
  readonly sealedJws: Buffer;
  /** SHA-256 of the compact JWS. */
  readonly jwsDigest: Buffer;
  readonly holders: readonly HolderSide[];
}

export async function insertVersions(tx: Tx, versions: readonly NewVersion[]): Promise<void> {
  if (versions.length === 0) return;
  const inserted = tx.execute(
    `INSERT INTO licence_version (licence_id, version, jws, jws_digest)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::bytea[], $4::bytea[])`,
    [
      versions.map(({ licenceId }) => licenceId),
      versions.map(({ version }) => version),
      versions.map(({ sealedJws }) => sealedJws),
      versions.map(({ jwsDigest }) => jwsDigest),
    ],
    { name: 'insert_versions' },
  );
  const holders = versions.flatMap(({ licenceId, version, holders }) =>
    holders.map((holder) => ({ licenceId, version, ...holder })),
  );
  const holding = tx.execute(
    `INSERT INTO licence_holder (licence_id, version, number, key_id, lookup, salt)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::bytea[], $6::bytea[])`,
    [
      holders.map(({ licenceId }) => licenceId),
      holders.map(({ version }) => version),
      holders.map(({ number }) => number),
      holders.map(({ keyId }) => keyId),
      holders.map(({ index }) => index),
      holders.map(({ salt }) => salt),
    ],
    { name: 'insert_holders' },
  );
  await together([inserted, holding]);
}

export interface VersionKey {
  readonly licenceId: number;
  readonly version: number;
}

/** The holders of versions, each version's in order of their numbers; by `versionKey`. */
export async function findHolders(
  reader: Reader,
  versions: readonly VersionKey[],
): Promise<Map<string, HolderSide[]>> {
  const found = new Map<string, HolderSide[]>();
  if (versions.length === 0) return found;
  const rows = await reader.rows<HolderSide & { licenceId: number; version: number }>(
    `SELECT licence_id AS "licenceId", version, number, key_id AS "keyId", lookup AS index, salt
       FROM licence_holder WHERE (licence_id, version) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))
      ORDER BY licence_id, version, number`,
    [versions.map(({ licenceId }) => licenceId), versions.map(({ version }) => version)],
    { name: 'find_holders' },
  );
  for (const { licenceId, version, ...holder } of rows) {
    const key = versionKey({ licenceId, version });
    found.set(key, [...(found.get(key) ?? []), holder]);
  }
  return found;
}

export function versionKey({ licenceId, version }: VersionKey): string {
  return `${licenceId}/${version}`;
}

/** Sealed JWS of all versions of some licences. */
export async function findVersions(
  reader: Reader,
  licenceIds: readonly number[],
): Promise<(VersionKey & { sealedJws: Buffer })[]> {
  if (licenceIds.length === 0) return [];
  return reader.rows(
    `SELECT licence_id AS "licenceId", version, jws AS "sealedJws"
       FROM licence_version WHERE licence_id = ANY($1::bigint[]) ORDER BY licence_id, version`,
    [licenceIds],
    { name: 'find_versions' },
  );
}
