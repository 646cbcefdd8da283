import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { KeyEntry } from './key.ts';

type Endorsed = Pick<KeyEntry, 'name' | 'publicKey' | 'fromSize'>;

/** What the former key (or, when that is lost, the offline root) signs so that its successor counts. */
export function endorsementText({ name = '', publicKey, fromSize }: Endorsed): Buffer {
  const key = (publicKey ?? Buffer.alloc(0)).toString('base64');
  return Buffer.from(`lianzheng-key\n${name}\n${key}\n${fromSize}\n`);
}

/** 64 bytes, Ed25519. */
export function endorse(successor: Endorsed, former: KeyObject): Buffer {
  return sign(null, endorsementText(successor), former);
}

/** `former`: the raw public key (32 bytes) that should have endorsed. */
export function isEndorsedBy(
  former: Uint8Array,
  successor: Endorsed & Pick<KeyEntry, 'endorsement'>,
): boolean {
  const x = Buffer.from(former).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, endorsementText(successor), key, successor.endorsement);
}
