import { issueCertificate } from '@lianzheng/certificate';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { authorityFingerprint, CERTIFICATE_DAYS, makeAuthority } from './authority.ts';
import { bearersOf, hostOf, installCertificates, requestCertificates } from './bearers.ts';
import { requireEmptyFolder, writeWhole } from './files.ts';
import { layoutOf } from './layout.ts';
import { type NodeIdentity, readNodeIdentity, updateNodeFile } from './node-file.ts';
import { makeNodeKeys, openNodeKeys, secretOf } from './node-keys.ts';
import { makeOfflineRoot } from './offline-root.ts';
import { registryObjects } from './registry-objects.ts';
import { encodeRequest, encryptionKeyOf, logKeysOf, requestFingerprint } from './request.ts';
import { writeTrust } from './trust.ts';

export type InitOptions = {
  /** An empty folder, or none yet. */
  dir: string;
  /** Division code. */
  node: string;
  name: string;
  /** host:port at which other nodes reach its exchange. */
  exchangeAddress: string;
  now: Date;
  /** Names and addresses of its machines beside localhost and the exchange's. */
  hosts?: readonly string[];
  /** Instead of a random secret in the folder. */
  passphraseFile?: string;
};

export type InitProvinceOptions = InitOptions & {
  /** Where the offline root key is written; it is to be moved off the machine. */
  rootFile: string;
  rootPassphrase?: string;
};

export type InitProvinceResult = {
  /** SHA-256 of the CA's certificate: what the cities pin. */
  fingerprint: string;
  /** The offline root, as the registry takes it. */
  root: LogKey;
};

/**
 * Makes the province: CA, offline root, its keys and the holder-index key, memories of its logs, certificates. Its registry
 * rows (`ownRegistryObjects`) are put by the node itself at its first start. Throws EnrolmentError 'exists'.
 */
export async function initProvince(options: InitProvinceOptions): Promise<InitProvinceResult> {
  const { dir, node, now, passphraseFile } = options;
  await requireEmptyFolder(dir);
  const keystore = await makeNodeKeys(dir, node, now, passphraseFile);
  await keystore.addKey({ purpose: 'holder-index', createdAt: now });
  const authority = await makeAuthority(dir, await secretOf(dir, passphraseFile), now, node);
  const root = await makeOfflineRoot(options.rootFile, node, options.rootPassphrase);

  const bearers = bearersOf(node, [hostOf(options.exchangeAddress), ...(options.hosts ?? [])]);
  const requests = await requestCertificates(dir, bearers);
  const certificates: Record<string, string> = {};
  for (const { id, kind, names } of bearers) {
    const terms = { kind, allow: names, days: CERTIFICATE_DAYS, now } as const;
    certificates[id] = await issueCertificate(authority, requests[id]!, terms);
  }
  await installCertificates(dir, authority.certPem, certificates);
  const pinnedKeys = [root, ...logKeysOf(keystore, node)];
  await writeTrust(dir, { pinnedKeys, catalogue: { entries: [], checkpoints: [] } });
  await updateNodeFile(dir, identityOf(options, 'province', node));
  return { fingerprint: authorityFingerprint(authority.certPem), root };
}

/**
 * Makes the keys of a city and what it asks of the province, in `request.json`. `fingerprint`: SHA-256 of that file, to be
 * compared at the province over another channel. Throws EnrolmentError 'exists'.
 */
export async function initNode(options: InitOptions): Promise<{ request: string; fingerprint: string }> {
  const { dir, node, name, exchangeAddress, now, hosts = [] } = options;
  await requireEmptyFolder(dir);
  const keystore = await makeNodeKeys(dir, node, now, options.passphraseFile);
  const bearers = bearersOf(node, [hostOf(exchangeAddress), ...hosts]);
  const request = encodeRequest({
    format: 1,
    node,
    name,
    tier: 'city',
    exchangeAddress,
    logKeys: logKeysOf(keystore, node),
    encryptionKey: encryptionKeyOf(keystore),
    certificateRequests: await requestCertificates(dir, bearers),
  });
  await writeWhole(layoutOf(dir).requestFile, request, 'public');
  await updateNodeFile(dir, identityOf(options, 'city'));
  return { request, fingerprint: requestFingerprint(request) };
}

/** The rows that the province puts about itself at its first start. */
export async function ownRegistryObjects(dir: string, passphraseFile?: string) {
  const [identity, keystore] = await Promise.all([readNodeIdentity(dir), openNodeKeys(dir, passphraseFile)]);
  const logKeys = logKeysOf(keystore, identity.node);
  return registryObjects({ ...identity, logKeys, encryptionKey: encryptionKeyOf(keystore) });
}

function identityOf(
  { node, name, exchangeAddress }: InitOptions,
  tier: NodeIdentity['tier'],
  province?: string,
): NodeIdentity {
  return { node, name, tier, province, exchangeAddress };
}
