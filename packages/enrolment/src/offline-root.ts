import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rawPublicKey } from '@lianzheng/note';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { ROOT_LOG } from '@lianzheng/registry';
import { EnrolmentError } from './errors.ts';
import { writeWhole } from './files.ts';

/**
 * The key that nothing online holds: it signs the successor of a lost log key and a new generation of the province's
 * catalogue. PKCS#8 in PEM, encrypted where a passphrase is given; to be moved off the machine at once.
 */
export async function makeOfflineRoot(file: string, province: string, passphrase?: string): Promise<LogKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption });
  await writeWhole(file, pem, 'private');
  return {
    node: province,
    log: ROOT_LOG,
    name: `lianzheng/${province}/root`,
    publicKey: rawPublicKey(createPublicKey(privateKey)),
    fromSize: 0n,
    toSize: 0n,
    endorsement: Buffer.alloc(0),
  };
}

/** Throws EnrolmentError 'malformed' when the passphrase does not open it. */
export async function openOfflineRoot(file: string, passphrase?: string): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8');
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch (cause) {
    throw new EnrolmentError('malformed', `${file} does not open`, cause);
  }
}
