import type { KeyEntry as Entry } from '@lianzheng/keystore';
import type { KeyEntry } from '@lianzheng/proto/signature/v1/signature';

export function keyEntry(entry: Entry): KeyEntry {
  return {
    keyId: entry.keyId,
    purpose: entry.purpose,
    algorithm: entry.algorithm,
    publicKey: entry.publicKey ?? Buffer.alloc(0),
    publicJwk: entry.publicJwk ? JSON.stringify(entry.publicJwk) : '',
    createdAt: entry.createdAt,
    retiredAt: entry.retiredAt,
    name: entry.name ?? '',
    fromSize: BigInt(entry.fromSize),
    endorsement: entry.endorsement,
  };
}
