import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { Sm2Error } from './errors.ts';

export const SM4_KEY_BYTES = 16;
export const SM4_IV_BYTES = 16;

/** SM4-CBC with PKCS#7 padding (GM/T 0099). It hides, but does not authenticate: sign or MAC what it gives. */
export function encryptSm4Cbc(key: KeyObject | Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv('sm4-cbc', key, iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}

/** Throws Sm2Error 'cipher' for wrong padding; to be called only on what was authenticated before. */
export function decryptSm4Cbc(key: KeyObject | Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Buffer {
  const decipher = createDecipheriv('sm4-cbc', key, iv);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (cause) {
    throw new Sm2Error('cipher', 'not encrypted with this key', cause);
  }
}
