import { curveOctets, POINT_BYTES } from './curve.ts';
import { Sm2Error } from './errors.ts';
import type { PublicKey } from './keys.ts';
import { sm3 } from './sm3.ts';

/** The signer ID where nothing else is agreed (GB/T 35276 §10). */
export const DEFAULT_ID = '1234567812345678';

const MAX_ID_BYTES = 8191;
/** IDs kept per key; in practice one or two. */
const MAX_KEPT = 8;

/**
 * Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xP ‖ yP) (GB/T 32918.2 §5.5), ENTL the ID's length in bits, ID as UTF-8. Throws
 * Sm2Error 'identity' for an empty ID, which OpenSSL would take for "no Z", and for one longer than ENTL can say.
 */
export function identityDigest(publicKey: PublicKey, id: string): Buffer {
  const { identityDigests, point } = publicKey;
  const kept = identityDigests.get(id);
  if (kept) return kept;
  const octets = Buffer.from(id, 'utf8');
  if (octets.length === 0 || octets.length > MAX_ID_BYTES)
    throw new Sm2Error('identity', `a signer ID has 1 to ${MAX_ID_BYTES} bytes, not ${octets.length}`);
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(octets.length * 8);
  const digest = sm3(bits, octets, curveOctets, point.subarray(1, POINT_BYTES));
  if (identityDigests.size >= MAX_KEPT) identityDigests.clear();
  identityDigests.set(id, digest);
  return digest;
}
