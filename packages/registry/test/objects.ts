import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { rawPublicKey } from '@lianzheng/note';
import { type CatalogObject, LicenceType, type LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { endorsementText } from '../src/index.ts';

export const province = '440000';
export const guangzhou = '440100';
export const shenzhen = '440300';
export const issuer = '91440300MA5LZREG0X';

type Content = NonNullable<CatalogObject['object']>;

export function object(
  node: string,
  content: Content,
  { version = 1, retired = false }: { version?: number; retired?: boolean } = {},
): CatalogObject {
  return { key: 'not looked at', version, node, retired, object: content };
}

export function licenceType(code: string, name: string): Content {
  return { $case: 'licenceType', value: LicenceType.fromJSON({ code, name }) };
}

export function department(code: string, node: string, roles: number[]): Content {
  return {
    $case: 'department',
    value: { code, name: `部门 ${code}`, roles: roles as never, node, keys: [] },
  };
}

export function nodeEntry(node: string): Content {
  const tier = node === province ? 'province' : 'city';
  return {
    $case: 'nodeEntry',
    value: { node, name: node, tier, exchangeAddress: `exchange.${node}:42000`, encryptionKey: '' },
  };
}

export function assignment(node: string, from: number, to = 0): Content {
  return {
    $case: 'issuerAssignment',
    value: { issuerCode: issuer, node, fromSequence: BigInt(from), toSequence: BigInt(to) },
  };
}

export type KeyPair = { entry: LogKey; privateKey: KeyObject };

/** A log key with its private half; endorsed by `endorser` where one is given. */
export function logKey(
  entry: { node: string; log: string; generation?: number; from?: number },
  endorser?: KeyPair,
): KeyPair {
  const { node, log, generation = 1, from = 0 } = entry;
  const { privateKey } = generateKeyPairSync('ed25519');
  const name =
    log === 'witness' || log === 'root'
      ? `lianzheng/${node}/${log}`
      : `lianzheng/${node}/${log}/${generation}`;
  const key: LogKey = {
    node,
    log,
    name,
    publicKey: rawPublicKey(privateKey),
    fromSize: BigInt(from),
    toSize: 0n,
    endorsement: Buffer.alloc(0),
  };
  if (endorser) key.endorsement = sign(null, endorsementText(key), endorser.privateKey);
  return { entry: key, privateKey };
}

export function keyObject({ entry }: KeyPair, node = province): CatalogObject {
  return object(node, { $case: 'logKey', value: entry });
}
