import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.ts';
import type { DataKey } from './data-key.ts';
import { CipherError } from './errors.ts';

/**
 * First byte of a record: form and algorithm in one. 0x01: key id length (1 byte), key id (ASCII), then
 * nonce (12) ‖ ciphertext ‖ tag (16) of AES-256-GCM; authenticated: the record up to the nonce, then the caller's aad.
 */
const AES_256_GCM = 0x01;

/**
 * Seals one value of a column. `aad` binds it to its place (table, column, row id), so that values cannot be
 * exchanged for one another; it must be told again when opening.
 */
export function sealColumn(key: DataKey, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const head = Buffer.from([AES_256_GCM, key.keyId.length, ...Buffer.from(key.keyId, 'latin1')]);
  return Buffer.concat([head, encrypt(key.secret, plaintext, Buffer.concat([head, aad]))]);
}

/** Opens a record with the key that it names. Throws CipherError, 'key' when that key is not among `keys`. */
export function openColumn(keys: ReadonlyMap<string, DataKey>, record: Uint8Array, aad: Uint8Array): Buffer {
  const { keyId, head, sealed } = split(record);
  const key = keys.get(keyId);
  if (!key) throw new CipherError('key', `no data key ${JSON.stringify(keyId)}`);
  return decrypt(key.secret, sealed, Buffer.concat([head, aad]));
}

/** Which data key a record needs; for finding records to be sealed anew. Throws CipherError 'malformed', 'algorithm'. */
export function columnKeyId(record: Uint8Array): string {
  return split(record).keyId;
}

function split(record: Uint8Array): { keyId: string; head: Uint8Array; sealed: Uint8Array } {
  const [algorithm, length] = record;
  if (algorithm === undefined || length === undefined) throw new CipherError('malformed', 'no record');
  if (algorithm !== AES_256_GCM) throw new CipherError('algorithm', `record of algorithm ${algorithm}`);
  const end = 2 + length;
  if (record.length < end + NONCE_BYTES + TAG_BYTES) throw new CipherError('malformed', 'record is cut');
  const keyId = Buffer.from(record.subarray(2, end)).toString('latin1');
  return { keyId, head: record.subarray(0, end), sealed: record.subarray(end) };
}
