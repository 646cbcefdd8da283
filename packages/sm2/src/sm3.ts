import { createHash, createHmac, hash } from 'node:crypto';

export const SM3_BYTES = 32;

/** Beyond this, hashing in pieces is cheaper than joining them. */
const JOIN_BYTES = 1 << 16;

/** SM3 (GB/T 32905) of the parts one after another. */
export function sm3(...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= JOIN_BYTES)
    return hash('sm3', parts.length === 1 ? parts[0]! : Buffer.concat(parts, length), 'buffer');
  const digest = createHash('sm3');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

export function hmacSm3(key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac('sm3', key).update(message).digest();
}
