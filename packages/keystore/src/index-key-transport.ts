import { createPublicKey } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { KeystoreError } from './errors.ts';
import type { KeyEntry, PublicJwk } from './key.ts';
import { jwkThumbprint } from './key-material.ts';
import type { Keystore } from './keystore.ts';

const TYPE = 'holder-index+jwe';

type IndexKey = { readonly keyId: string; readonly createdAt: string; readonly k: string };

/**
 * The holder-index keys in use, wrapped to a node's enrolment key (SPKI in PEM, P-256): a compact JWE,
 * ECDH-ES+A256KW and A256GCM. Throws KeystoreError 'absent' if there is none.
 */
export async function exportIndexKeys(keystore: Keystore, recipientPem: string): Promise<string> {
  const keys = keystore
    .listKeys('holder-index')
    .filter(({ entry }) => !entry.retiredAt)
    .map(({ entry, secret }) => ({
      keyId: entry.keyId,
      createdAt: entry.createdAt.toISOString(),
      k: secret.export().toString('base64url'),
    }));
  if (keys.length === 0) throw new KeystoreError('absent', 'no holder-index key in use');
  const recipient = createPublicKey(recipientPem);
  const kid = jwkThumbprint(recipient.export({ format: 'jwk' }) as PublicJwk);
  return new CompactEncrypt(Buffer.from(JSON.stringify({ keys })))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid, typ: TYPE })
    .encrypt(recipient);
}

/**
 * Takes the holder-index keys of another node; those already here are passed over. Returns what is new, oldest first.
 * Throws KeystoreError 'absent' if it was wrapped to a key that is not ours, 'damaged' if it does not open.
 */
export async function importIndexKeys(keystore: Keystore, wrapped: string): Promise<KeyEntry[]> {
  const keys = await unwrap(keystore, wrapped);
  const known = new Set(keystore.publicEntries('holder-index').map(({ keyId }) => keyId));
  const added: KeyEntry[] = [];
  // Sent newest first; the newest must be added last, for the last added counts as the present one.
  for (const { keyId, createdAt, k } of keys.reverse()) {
    if (known.has(keyId)) continue;
    const imported = { keyId, bytes: Buffer.from(k, 'base64url') };
    added.push(await keystore.addKey({ purpose: 'holder-index', createdAt: new Date(createdAt), imported }));
  }
  return added;
}

async function unwrap(keystore: Keystore, wrapped: string): Promise<IndexKey[]> {
  try {
    const { kid, typ } = decodeProtectedHeader(wrapped);
    const key = keystore.findKey('encryption', kid ?? '');
    if (!key) throw new KeystoreError('absent', `wrapped to the key ${kid}, which is not ours`);
    if (typ !== TYPE) throw new KeystoreError('damaged', `not holder-index keys: ${typ}`);
    const { plaintext } = await compactDecrypt(wrapped, key.secret, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return JSON.parse(Buffer.from(plaintext).toString()).keys;
  } catch (cause) {
    if (cause instanceof KeystoreError) throw cause;
    throw new KeystoreError('damaged', 'the wrapped holder-index keys do not open', cause);
  }
}
