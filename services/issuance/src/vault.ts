import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { createDataKey, type DataKey, openColumn, sealColumn } from '@lianzheng/cipher';

/** Seals what is personal, and names it by keyed digests so that it can be found again. */
export interface Vault {
  /** `place` (table, column, row) is bound to the record: it opens nowhere else. */
  seal(place: string, plain: Uint8Array): Buffer;
  open(place: string, record: Uint8Array): Buffer;
  /** Index of a licence number within type and issuer. */
  numberIndex(typeCode: string, issuerCode: string, licenceNumber: string): Buffer;
  /** Digest of a request's content. */
  requestDigest(content: string): Buffer;
}

export interface OpenedKey {
  readonly keyId: string;
  readonly purpose: 'column' | 'lookup';
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** `keys` in order of their making; the newest column key seals, every one opens. */
export function createVault(keys: readonly OpenedKey[]): Vault {
  const columnKeys = keys.filter(({ purpose }) => purpose === 'column');
  const lookup = keys.find(({ purpose }) => purpose === 'lookup');
  const newest = columnKeys.at(-1);
  if (!newest || !lookup) throw new Error('a column key and a lookup key are needed');
  const byId = new Map(
    columnKeys.map(({ keyId, secret }): [string, DataKey] => [keyId, createDataKey(keyId, secret)]),
  );
  const sealing = byId.get(newest.keyId)!;
  const numberKey = derived(lookup.secret, 'licence number');
  const digestKey = derived(lookup.secret, 'request digest');
  return {
    seal: (place, plain) => sealColumn(sealing, plain, Buffer.from(place)),
    open: (place, record) => openColumn(byId, record, Buffer.from(place)),
    numberIndex: (typeCode, issuerCode, licenceNumber) =>
      mac(numberKey, [typeCode, issuerCode, licenceNumber].join('\n')),
    requestDigest: (content) => mac(digestKey, content),
  };
}

function derived(secret: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `lianzheng issuance ${purpose}`, 32)));
}

function mac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
