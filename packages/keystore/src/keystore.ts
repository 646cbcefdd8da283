import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CipherError, createSealer, parseEnvelope, type Sealer, type Secret } from '@lianzheng/cipher';
import { createDurably, createFolder, UNFINISHED, writeDurably } from './durable-file.ts';
import { endorse } from './endorsement.ts';
import { KeystoreError } from './errors.ts';
import type { Key, KeyEntry } from './key.ts';
import { decodeKeyFile, encodeKeyFile, keyFileName, type StoredKey } from './key-file.ts';
import { generateSecret, publicHalf, secretFromBytes } from './key-material.ts';
import { isNamed, type KeyPurpose, keyAlgorithm } from './purpose.ts';

export type NewKey = {
  readonly purpose: KeyPurpose;
  readonly createdAt: Date;
  /** Needed by keys of logs and witnesses, see KeyEntry. */
  readonly name?: string;
  /** Keys of logs; default 0. */
  readonly fromSize?: number;
  /** The key that endorses it (a predecessor of the same purpose). */
  readonly endorsedBy?: Key;
  /** A secret key made elsewhere (the holder-index key that all nodes share). */
  readonly imported?: { readonly keyId: string; readonly bytes: Buffer };
};

export type Rotation = {
  readonly purpose: KeyPurpose;
  readonly at: Date;
  /** Keys of logs: from which size on the new key counts. */
  readonly fromSize?: number;
  /** Only where there is no key to take it from. */
  readonly name?: string;
};

/**
 * A folder of sealed key files, one a key, opened by one secret. Every change is durable when its promise resolves.
 * One process changes a keystore at a time.
 */
export type Keystore = {
  readonly folder: string;
  /** Oldest first; of all purposes unless one is given. */
  publicEntries(purpose?: KeyPurpose): KeyEntry[];
  /** The key of that id, retired or not; without an id the newest that is in use. */
  findKey(purpose: KeyPurpose, keyId?: string): Key | undefined;
  /** Retired ones included, newest first. */
  listKeys(purpose: KeyPurpose): Key[];
  /** Throws KeystoreError 'exists' for the id of another key, 'refused' for a key without the name it needs. */
  addKey(key: NewKey): Promise<KeyEntry>;
  /**
   * A new key in the place of the one in use, endorsed by it where it bears a name; the first if there is none. The
   * old one is retired, except of `holder-index`: licences stand under the old index until all are re-keyed.
   */
  rotateKey(rotation: Rotation): Promise<KeyEntry>;
  /** Throws KeystoreError 'absent'. */
  retireKey(purpose: KeyPurpose, keyId: string, at: Date): Promise<KeyEntry>;
};

const MARK_FILE = 'keystore.json';
const MARK_CONTEXT = 'lianzheng keystore';

/** Makes an empty keystore. Throws KeystoreError 'exists' if the folder holds one. */
export async function createKeystore(folder: string, secret: Secret): Promise<Keystore> {
  await createFolder(folder);
  const sealer = createSealer(secret);
  // Without the mark an empty keystore would open with any secret, and its keys would then be sealed with two.
  const mark = { format: 1, envelope: await sealer.seal(Buffer.from(MARK_CONTEXT), MARK_CONTEXT) };
  try {
    await createDurably(join(folder, MARK_FILE), `${JSON.stringify(mark, undefined, 2)}\n`);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new KeystoreError('exists', `there is a keystore in ${folder}`, cause);
  }
  return keystoreOf(folder, sealer, []);
}

/** Opens every key. Throws KeystoreError 'absent', 'secret' (a wrong one), 'damaged' naming the file. */
export async function openKeystore(folder: string, secret: Secret): Promise<Keystore> {
  const sealer = createSealer(secret);
  await checkMark(folder, sealer);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== MARK_FILE);
  const keys: StoredKey[] = [];
  for (const name of names.filter((each) => !each.startsWith(UNFINISHED)).sort()) {
    keys.push(await readKey(folder, name, sealer));
  }
  return keystoreOf(folder, sealer, keys);
}

function keystoreOf(folder: string, sealer: Sealer, found: readonly StoredKey[]): Keystore {
  let keys = [...found];
  let last: Promise<unknown> = Promise.resolve();

  /** Changes wait for one another, whether the earlier one succeeded or not. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = last.then(change, change);
    last = turn;
    return turn;
  }
  const stored = (purpose: KeyPurpose) =>
    keys.filter(({ entry }) => entry.purpose === purpose).sort((a, b) => b.number - a.number);
  const inUse = (purpose: KeyPurpose) => stored(purpose).filter(({ entry }) => !entry.retiredAt);

  async function create(fresh: NewKey): Promise<KeyEntry> {
    const [newest] = stored(fresh.purpose);
    const key = { ...keyOf(fresh), number: (newest?.number ?? 0) + 1 };
    if (keys.some(({ entry }) => entry.keyId === key.entry.keyId)) {
      throw new KeystoreError('exists', `key ${key.entry.keyId} is there`);
    }
    await createDurably(join(folder, keyFileName(key)), await encodeKeyFile(key, sealer));
    keys = [...keys, key];
    return key.entry;
  }

  async function retire(key: StoredKey, at: Date): Promise<KeyEntry> {
    const retired = { ...key, entry: { ...key.entry, retiredAt: at } };
    await writeDurably(join(folder, keyFileName(retired)), await encodeKeyFile(retired, sealer));
    keys = keys.map((each) => (each === key ? retired : each));
    return retired.entry;
  }

  async function rotate({ purpose, at, fromSize, name }: Rotation): Promise<KeyEntry> {
    const former = inUse(purpose);
    const endorsedBy = isNamed(purpose) ? former[0] : undefined;
    // The new one first: if the process dies in between, two are in use and the newest counts.
    const entry = await create({
      purpose,
      createdAt: at,
      fromSize,
      name: former[0]?.entry.name ?? name,
      endorsedBy,
    });
    if (purpose !== 'holder-index') for (const key of former) await retire(key, at);
    return entry;
  }

  return {
    folder,
    publicEntries: (purpose) =>
      keys.map(({ entry }) => entry).filter((entry) => purpose === undefined || entry.purpose === purpose),
    findKey: (purpose, keyId) =>
      keyId === undefined ? inUse(purpose)[0] : stored(purpose).find(({ entry }) => entry.keyId === keyId),
    listKeys: stored,
    addKey: (key) => inTurn(() => create(key)),
    rotateKey: (rotation) => inTurn(() => rotate(rotation)),
    retireKey: (purpose, keyId, at) =>
      inTurn(() => {
        const key = stored(purpose).find(({ entry }) => entry.keyId === keyId);
        if (!key) throw new KeystoreError('absent', `no key ${keyId} for ${purpose}`);
        return retire(key, at);
      }),
  };
}

function keyOf({ purpose, name, createdAt, fromSize = 0, endorsedBy, imported }: NewKey): Key {
  if (isNamed(purpose) !== (name !== undefined)) {
    throw new KeystoreError(
      'refused',
      `key for ${purpose} ${name === undefined ? 'without' : 'with'} a name`,
    );
  }
  const algorithm = keyAlgorithm(purpose);
  const secret = imported ? secretFromBytes(algorithm, imported.bytes) : generateSecret(algorithm);
  const half = publicHalf(purpose, secret, name);
  const keyId = imported?.keyId ?? half.keyId;
  const entry = { ...half, keyId, purpose, algorithm, createdAt, name, fromSize };
  const endorsement = endorsedBy ? endorse(entry, endorsedBy.secret) : Buffer.alloc(0);
  return { entry: { ...entry, endorsement }, secret };
}

async function checkMark(folder: string, sealer: Sealer): Promise<void> {
  const text = await readFile(join(folder, MARK_FILE), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new KeystoreError('absent', `no keystore in ${folder}`, cause);
  });
  try {
    await sealer.open(parseEnvelope(JSON.parse(text).envelope), MARK_CONTEXT);
  } catch (cause) {
    const refused = cause instanceof CipherError && cause.code === 'refused';
    throw refused
      ? new KeystoreError('secret', `the secret does not open the keystore in ${folder}`, cause)
      : new KeystoreError('damaged', `${MARK_FILE} in ${folder} is damaged`, cause);
  }
}

async function readKey(folder: string, name: string, sealer: Sealer): Promise<StoredKey> {
  const text = await readFile(join(folder, name), 'utf8');
  try {
    const key = await decodeKeyFile(text, sealer);
    if (keyFileName(key) === name) return key;
  } catch (cause) {
    throw new KeystoreError('damaged', `key file ${name} does not open`, cause);
  }
  throw new KeystoreError('damaged', `key file ${name} holds another key`);
}
