import { openColumn, sealColumn } from '@lianzheng/cipher';
import type { Key } from '@lianzheng/keystore';

/** base64url of a record of @lianzheng/cipher, which names its algorithm and the wrapping key; for that service only. */
export function wrapDataKey({ entry, secret }: Key, dataKey: Buffer, service: string): string {
  return sealColumn({ keyId: entry.keyId, secret }, dataKey, contextOf(service)).toString('base64url');
}

/** Throws CipherError for another service, an unknown key or altered bytes. */
export function unwrapDataKey(keys: readonly Key[], wrapped: string, service: string): Buffer {
  const byId = new Map(keys.map(({ entry, secret }) => [entry.keyId, { keyId: entry.keyId, secret }]));
  return openColumn(byId, Buffer.from(wrapped, 'base64url'), contextOf(service));
}

function contextOf(service: string): Buffer {
  return Buffer.from(`lianzheng data key\n${service}`);
}
