import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { CipherError } from './errors.ts';

/** SP 800-38D: 96-bit nonce, 128-bit tag. Random nonces allow 2^32 messages under one key. */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** nonce ‖ ciphertext ‖ tag. `aad` is authenticated, not contained. */
export function encrypt(key: KeyObject, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The inverse of encrypt; throws CipherError 'refused' for another key, other aad or altered bytes. */
export function decrypt(key: KeyObject, sealed: Uint8Array, aad: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES)
    throw new CipherError('malformed', 'shorter than nonce and tag');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch (cause) {
    throw new CipherError('refused', 'wrong key, other context or altered bytes', cause);
  }
}
