import { COORDINATE_BYTES, n, toOctets } from './curve.ts';
import { Sm2Error } from './errors.ts';

/** r and s, 32 big-endian octets each, both in [1, n − 1]. */
export type RawSignature = { readonly r: Uint8Array; readonly s: Uint8Array };

const INTEGER = 0x02;
const SEQUENCE = 0x30;

/**
 * SEQUENCE {r INTEGER, s INTEGER} (GB/T 35276 §7.3) in its one DER encoding. Throws Sm2Error 'signature' for any other octets: padding, long
 * lengths, negative numbers, bytes after the end, numbers that are not in [1, n − 1]. By hand, because it stands on the fast path.
 */
export function parseSignature(der: Uint8Array): RawSignature {
  // Two INTEGERs of at most 33 octets: the length of the whole always has one octet.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length > 2 + 2 * 35) throw refused();
  const r = integerAt(der, 2);
  const sAt = 4 + der[3]!;
  const s = integerAt(der, sAt);
  if (sAt + 2 + der[sAt + 1]! !== der.length) throw refused();
  return { r, s };
}

function integerAt(der: Uint8Array, at: number): Uint8Array {
  const length = der[at + 1];
  if (der[at] !== INTEGER || length === undefined || length < 1 || length > 33) throw refused();
  const start = at + 2;
  const end = start + length;
  const first = der[start]!;
  const padded = first === 0;
  if (end > der.length || first >= 0x80 || (padded && !(der[start + 1]! >= 0x80 && length > 1)))
    throw refused();
  if (length === 33 && !padded) throw refused();
  const value = new Uint8Array(COORDINATE_BYTES);
  value.set(der.subarray(padded ? start + 1 : start, end), COORDINATE_BYTES - length + (padded ? 1 : 0));
  // No zero is left: its encoding 02 01 00 is padded by the rule above.
  if (value[0] === 0xff && Buffer.compare(value, toOctets(n)) >= 0) throw refused();
  return value;
}

function refused(): Sm2Error {
  return new Sm2Error('signature', 'not the DER encoding of r and s in [1, n - 1]');
}
