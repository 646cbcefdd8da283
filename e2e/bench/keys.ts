import type { KeyObject } from 'node:crypto';
import { readSecret } from '@lianzheng/cipher';
import { layoutOf } from '@lianzheng/enrolment';
import { openKeystore } from '@lianzheng/keystore';

/** The private key of one of a node's logs, from its folder. */
export async function logKey(dir: string, log: 'status' | 'catalog' | 'access'): Promise<KeyObject> {
  const { keys, secretFile } = layoutOf(dir);
  const key = (await openKeystore(keys, await readSecret({ secretFile }))).findKey(`log:${log}`);
  if (!key) throw new Error(`no key of ${log} in ${keys}`);
  return key.secret;
}
