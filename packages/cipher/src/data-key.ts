import { createSecretKey, type KeyObject } from 'node:crypto';
import { CipherError } from './errors.ts';

export const DATA_KEY_BYTES = 32;

/** An AES-256 key and the name under which its records know it: 1 to 64 characters [0-9A-Za-z._:-]. */
export type DataKey = { readonly keyId: string; readonly secret: KeyObject };

/** Throws CipherError 'key' for another length or a name out of form. */
export function createDataKey(keyId: string, bytes: Uint8Array): DataKey {
  if (bytes.length !== DATA_KEY_BYTES) throw new CipherError('key', `data key of ${bytes.length} bytes`);
  if (!/^[0-9A-Za-z._:-]{1,64}$/.test(keyId))
    throw new CipherError('key', `no key id: ${JSON.stringify(keyId)}`);
  return { keyId, secret: createSecretKey(bytes) };
}
