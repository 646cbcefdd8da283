import { parseEnvelope, type Sealer } from '@lianzheng/cipher';
import { KeystoreError } from './errors.ts';
import type { Key, KeyEntry, PublicJwk } from './key.ts';
import { secretBytes, secretFromBytes } from './key-material.ts';
import { keyAlgorithm, parsePurpose } from './purpose.ts';

/** One key in one file. `number` counts the keys of a purpose from 1: it orders them whatever the clock did. */
export type StoredKey = Key & { readonly number: number };

/** `log:status`, 1 → `log.status.0001.json`. */
export function keyFileName({ entry, number }: Pick<StoredKey, 'entry' | 'number'>): string {
  return `${entry.purpose.replace(':', '.')}.${String(number).padStart(4, '0')}.json`;
}

/** JSON: the public half in clear, the secret sealed with the public half as its context, so that none is changed. */
export async function encodeKeyFile(key: StoredKey, sealer: Sealer): Promise<string> {
  const described = describe(key);
  const envelope = await sealer.seal(secretBytes(key.secret), contextOf(described));
  return `${JSON.stringify({ ...described, envelope }, undefined, 2)}\n`;
}

/** Throws KeystoreError 'damaged', or CipherError where the secret or a changed file does not open. */
export async function decodeKeyFile(text: string, sealer: Sealer): Promise<StoredKey> {
  const { envelope, ...described } = parseFile(text);
  const entry = entryOf(described);
  const bytes = await sealer.open(parseEnvelope(envelope), contextOf(described));
  return { entry, number: described.number, secret: secretFromBytes(entry.algorithm, bytes) };
}

type Described = {
  readonly format: 1;
  readonly purpose: string;
  readonly number: number;
  readonly keyId: string;
  readonly algorithm: string;
  readonly publicKey?: string;
  readonly publicJwk?: PublicJwk;
  readonly createdAt: string;
  readonly retiredAt?: string;
  readonly name?: string;
  readonly fromSize: number;
  readonly endorsement: string;
};

function describe({ entry, number }: StoredKey): Described {
  return {
    format: 1,
    purpose: entry.purpose,
    number,
    keyId: entry.keyId,
    algorithm: entry.algorithm,
    publicKey: entry.publicKey?.toString('base64'),
    publicJwk: entry.publicJwk,
    createdAt: entry.createdAt.toISOString(),
    retiredAt: entry.retiredAt?.toISOString(),
    name: entry.name,
    fromSize: entry.fromSize,
    endorsement: entry.endorsement.toString('base64'),
  };
}

/** JSON.stringify of the members in the order of the file: what is read is what is checked. */
function contextOf(described: Described): string {
  return `lianzheng key\n${JSON.stringify(described)}`;
}

function parseFile(text: string): Described & { envelope: unknown } {
  try {
    const file = JSON.parse(text);
    if (file?.format === 1 && Number.isSafeInteger(file.number)) return file;
  } catch (cause) {
    throw new KeystoreError('damaged', 'no JSON', cause);
  }
  throw new KeystoreError('damaged', 'no key file of format 1');
}

/** The seal vouches for the members; only what this release does not know must be refused here. */
function entryOf(described: Described): KeyEntry {
  const purpose = parsePurpose(described.purpose);
  if (!purpose || keyAlgorithm(purpose) !== described.algorithm) {
    throw new KeystoreError('damaged', `no ${described.algorithm} key for ${described.purpose}`);
  }
  return {
    keyId: described.keyId,
    purpose,
    algorithm: keyAlgorithm(purpose),
    publicKey: described.publicKey === undefined ? undefined : Buffer.from(described.publicKey, 'base64'),
    publicJwk: described.publicJwk,
    createdAt: new Date(described.createdAt),
    retiredAt: described.retiredAt === undefined ? undefined : new Date(described.retiredAt),
    name: described.name,
    fromSize: described.fromSize,
    endorsement: Buffer.from(described.endorsement, 'base64'),
  };
}
