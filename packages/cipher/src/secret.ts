import { readFile } from 'node:fs/promises';
import { CipherError } from './errors.ts';

export const MOUNTED_SECRET_BYTES = 32;
const MIN_PASSPHRASE_CHARACTERS = 8;

/** What opens everything that is sealed at rest. `random`: 32 bytes of full entropy, as orchestrators mount them. */
export type Secret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'random'; readonly bytes: Buffer };

/**
 * Reads the secret from exactly one of two files: a passphrase in UTF-8 (line ends at its end do not count), or 32 raw
 * random bytes. Throws CipherError 'key' when the file does not hold that; errors of the file system pass through.
 */
export async function readSecret(files: { passphraseFile?: string; secretFile?: string }): Promise<Secret> {
  const { passphraseFile, secretFile } = files;
  if ((passphraseFile === undefined) === (secretFile === undefined)) {
    throw new CipherError('key', 'exactly one of passphrase file and secret file is needed');
  }
  if (secretFile !== undefined) return { kind: 'random', bytes: checkedBytes(await readFile(secretFile)) };
  const text = (await readFile(passphraseFile!, 'utf8')).replace(/[\r\n]+$/, '');
  // The same passphrase typed on two systems may be composed differently.
  return { kind: 'passphrase', passphrase: checkedPassphrase(text.normalize('NFC')) };
}

function checkedBytes(bytes: Buffer): Buffer {
  if (bytes.length === MOUNTED_SECRET_BYTES) return bytes;
  throw new CipherError('key', `secret file of ${bytes.length} bytes, not ${MOUNTED_SECRET_BYTES}`);
}

function checkedPassphrase(text: string): string {
  if ([...text].length >= MIN_PASSPHRASE_CHARACTERS) return text;
  throw new CipherError('key', `passphrase shorter than ${MIN_PASSPHRASE_CHARACTERS} characters`);
}
