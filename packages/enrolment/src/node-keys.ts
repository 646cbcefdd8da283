import { randomBytes } from 'node:crypto';
import { MOUNTED_SECRET_BYTES, readSecret, type Secret } from '@lianzheng/cipher';
import { createKeystore, createMemory, type Keystore, openKeystore } from '@lianzheng/keystore';
import { formatLogOrigin, LOG_NAMES } from '@lianzheng/note';
import { writeWhole } from './files.ts';
import { layoutOf } from './layout.ts';

/** What opens the node's folder; without a passphrase file the node gets 32 random bytes of its own. */
export function secretOf(dir: string, passphraseFile?: string): Promise<Secret> {
  return readSecret(passphraseFile ? { passphraseFile } : { secretFile: layoutOf(dir).secretFile });
}

/**
 * Secret, keys of the logs, witness, wrapping and encryption, and the memories of the logs at size 0: the only place
 * and time at which a memory begins. The holder-index key is made by the province alone.
 */
export async function makeNodeKeys(
  dir: string,
  node: string,
  at: Date,
  passphraseFile?: string,
): Promise<Keystore> {
  const { keys, memory, secretFile } = layoutOf(dir);
  if (!passphraseFile) await writeWhole(secretFile, randomBytes(MOUNTED_SECRET_BYTES), 'private');
  const keystore = await createKeystore(keys, await secretOf(dir, passphraseFile));
  for (const log of LOG_NAMES) {
    const name = formatLogOrigin({ node, log, generation: 1 });
    await keystore.addKey({ purpose: `log:${log}`, createdAt: at, name });
    await createMemory(memory, name);
  }
  await keystore.addKey({ purpose: 'witness', createdAt: at, name: `lianzheng/${node}/witness` });
  await keystore.addKey({ purpose: 'data-wrap', createdAt: at });
  await keystore.addKey({ purpose: 'encryption', createdAt: at });
  return keystore;
}

export async function openNodeKeys(dir: string, passphraseFile?: string): Promise<Keystore> {
  return openKeystore(layoutOf(dir).keys, await secretOf(dir, passphraseFile));
}
