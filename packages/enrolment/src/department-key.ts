import { isCreditCode } from '@lianzheng/identifier';
import { lockFolder, type PublicJwk } from '@lianzheng/keystore';
import { EnrolmentError } from './errors.ts';
import { layoutOf } from './layout.ts';
import { openNodeKeys } from './node-keys.ts';

/**
 * The key with which a department signs its licences, made where there is none; returns its public half, for the
 * department's `keys` in the catalogue. While the signature service runs it makes keys itself (RotateKey): then this is
 * refused (KeystoreError 'refused'). Throws EnrolmentError 'malformed' for a code that is none.
 */
export async function addDepartmentKey(
  dir: string,
  creditCode: string,
  { now, passphraseFile }: { now: Date; passphraseFile?: string },
): Promise<PublicJwk> {
  if (!isCreditCode(creditCode)) throw new EnrolmentError('malformed', `no credit code: ${creditCode}`);
  const lock = await lockFolder(layoutOf(dir).memory);
  try {
    const keystore = await openNodeKeys(dir, passphraseFile);
    const purpose = `department:${creditCode}` as const;
    const entry = keystore.findKey(purpose)?.entry ?? (await keystore.addKey({ purpose, createdAt: now }));
    return entry.publicJwk!;
  } finally {
    lock.release();
  }
}
