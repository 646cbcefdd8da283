import { hash } from 'node:crypto';

/** Characters at the end of an identifier that tell versions of a licence apart. */
export const VERSION_AND_CHECK = '.001.X'.length;

/** What the identifiers of all versions of a licence begin with: type, issuer and serial. */
export function licenceOf(identifier: string): string {
  return identifier.slice(0, -VERSION_AND_CHECK);
}

/**
 * Key of a licence in the copies: 8 bytes of SHA-256 keep their rows small. Two licences may share one, so what is found is
 * compared by `licenceOf`.
 */
export function licenceKey(identifier: string): bigint {
  return asKey(hash('sha256', licenceOf(identifier), 'hex'));
}

/** The first 16 bytes of a holder's lookup index, in hex; the whole index stands beside the entry. */
export function indexKey(index: Uint8Array): string {
  return Buffer.from(index.buffer, index.byteOffset, Math.min(16, index.length)).toString('hex');
}

/** Key of an entry's first holder: 8 bytes of the index. What is found is compared by `indexKey`. */
export function holderKey(indexKeyHex: string): bigint {
  return asKey(indexKeyHex);
}

/** 64 bits as PostgreSQL's bigint has them, with a sign. */
function asKey(hex: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`));
}
