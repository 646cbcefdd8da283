import { createHash } from 'node:crypto';

/** Key of a licence (type, issuer, serial; all versions) as a uuid: 16 bytes of SHA-256 keep a replica's rows small. */
export function licenceKey(typeCode: string, issuerCode: string, serial: string): string {
  return asUuid(createHash('sha256').update(`${typeCode}.${issuerCode}.${serial}`).digest());
}

/** The first 16 bytes of a holder's lookup index as a uuid; the whole index stands beside the entry. */
export function indexKey(index: Uint8Array): string {
  return asUuid(Buffer.from(index));
}

function asUuid(bytes: Buffer): string {
  return bytes.toString('hex', 0, 16);
}
