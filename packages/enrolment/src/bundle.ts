import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { type Authority, issueCertificate } from '@lianzheng/certificate';
import { exportIndexKeys } from '@lianzheng/keystore';
import { type CatalogObject, type LogKey, Node } from '@lianzheng/proto/catalog/v1/objects';
import { createRegistry, ROOT_LOG } from '@lianzheng/registry';
import { FlattenedSign, flattenedVerify } from 'jose';
import { authorityFingerprint, CERTIFICATE_DAYS, openAuthorityFile } from './authority.ts';
import { bearersOf, hostOf } from './bearers.ts';
import { EnrolmentError } from './errors.ts';
import { readNodeIdentity } from './node-file.ts';
import { openNodeKeys, secretOf } from './node-keys.ts';
import { type EnrolmentRequest, logKeysOf, parseRequest } from './request.ts';
import { type CatalogueSnapshot, openSnapshot } from './snapshot.ts';
import { readTrust, type Trust, trustFromJson, trustToJson } from './trust.ts';

/** All that a node needs to start and issue without any connection (logs.md §8). */
export type Bundle = Trust & {
  readonly province: string;
  readonly node: string;
  readonly ca: string;
  /** By bearer. */
  readonly certificates: Readonly<Record<string, string>>;
  /** The node's own row. */
  readonly registryRow: Node;
  /** Holder-index keys, wrapped to the node's encryption key (JWE, ECDH-ES+A256KW). */
  readonly holderIndexKeys: string;
};

export type MakeBundleOptions = {
  province: { dir: string; passphraseFile?: string };
  /** Text of the city's `request.json`. */
  request: string;
  /** The province's catalogue log with the node's rows in it; asked once. */
  catalogue: () => Promise<CatalogueSnapshot>;
  now: Date;
  /** Hosts that the node may have in its certificates, beside localhost and its exchange's. */
  hosts?: readonly string[];
};

const TYPE = 'lianzheng-bundle+jws';

/**
 * What the province answers to a request, signed by its CA: the text of `bundle.json`. The node must have been registered
 * (`registryObjects`). Throws EnrolmentError 'unregistered', 'malformed', 'untrusted'; CertificateError for names
 * that the node may not bear.
 */
export async function makeBundle({
  province: at,
  request: text,
  catalogue,
  now,
  hosts = [],
}: MakeBundleOptions) {
  const request = parseRequest(text);
  const secret = await secretOf(at.dir, at.passphraseFile);
  const [{ node: province }, keystore, authority, trust] = await Promise.all([
    readNodeIdentity(at.dir),
    openNodeKeys(at.dir, at.passphraseFile),
    openAuthorityFile(at.dir, secret),
    readTrust(at.dir),
  ]);
  const pinnedKeys = [
    ...trust.pinnedKeys.filter(({ log }) => log === ROOT_LOG),
    ...logKeysOf(keystore, province),
  ];
  const snapshot = await catalogue();
  const objects = openSnapshot(snapshot, province, pinnedKeys);
  const bundle: Bundle = {
    province,
    node: request.node,
    ca: authority.certPem,
    certificates: await certify(authority, request, hosts, now),
    pinnedKeys,
    catalogue: snapshot,
    registryRow: registeredRow(objects, province, pinnedKeys, request),
    holderIndexKeys: await exportIndexKeys(keystore, request.encryptionKey),
  };
  return sign(bundle, authority);
}

/**
 * The content of a bundle whose signature holds. `fingerprint` is the CA's as the province showed it; without one the CA is
 * trusted as it comes, and the result says whom. Throws EnrolmentError 'untrusted', 'malformed'.
 */
export async function openBundle(
  text: string,
  fingerprint?: string,
): Promise<Bundle & { fingerprint: string }> {
  const jws = parseJws(text);
  const claimed = parseBundle(Buffer.from(jws.payload, 'base64url').toString());
  const found = authorityFingerprint(claimed.ca);
  if (fingerprint !== undefined && found !== fingerprint.toLowerCase().replaceAll(':', '')) {
    throw new EnrolmentError('untrusted', `the bundle's CA has fingerprint ${found}, not ${fingerprint}`);
  }
  try {
    await flattenedVerify(jws, new X509Certificate(claimed.ca).publicKey, { algorithms: ['ES256'] });
  } catch (cause) {
    throw new EnrolmentError('untrusted', "the bundle's signature does not verify", cause);
  }
  openSnapshot(claimed.catalogue, claimed.province, claimed.pinnedKeys);
  return { ...claimed, fingerprint: found };
}

async function certify(
  authority: Authority,
  request: EnrolmentRequest,
  hosts: readonly string[],
  now: Date,
): Promise<Record<string, string>> {
  const certificates: Record<string, string> = {};
  for (const { id, kind, names } of bearersOf(request.node, [hostOf(request.exchangeAddress), ...hosts])) {
    const asked = request.certificateRequests[id];
    if (!asked) throw new EnrolmentError('malformed', `the request asks for no certificate of ${id}`);
    const terms = { kind, allow: names, days: CERTIFICATE_DAYS, now } as const;
    certificates[id] = await issueCertificate(authority, asked, terms);
  }
  return certificates;
}

/** The row that makes the node known; the keys that sign its logs must count as well. */
function registeredRow(
  objects: readonly CatalogObject[],
  province: string,
  pinnedKeys: readonly LogKey[],
  { node, encryptionKey, logKeys }: EnrolmentRequest,
): Node {
  const registry = createRegistry({ province, pinnedKeys });
  registry.apply(objects);
  const row = registry.node(node);
  const counts = ({ log, publicKey }: LogKey) =>
    registry.logKeys(node, log).some((key) => key.publicKey.equals(publicKey));
  if (!row || row.encryptionKey !== encryptionKey || !logKeys.every(counts)) {
    throw new EnrolmentError(
      'unregistered',
      `the catalogue does not know ${node} with the keys of this request`,
    );
  }
  return row;
}

async function sign(bundle: Bundle, { certPem, keyPem }: Authority): Promise<string> {
  const content = {
    format: 1,
    ...bundle,
    ...trustToJson(bundle),
    registryRow: Node.toJSON(bundle.registryRow),
  };
  const jws = await new FlattenedSign(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ES256', typ: TYPE, 'x5t#S256': thumbprint(certPem) })
    .sign(createPrivateKey(keyPem));
  return `${JSON.stringify(jws)}\n`;
}

/** RFC 7515 §4.1.8. */
function thumbprint(certPem: string): string {
  return createHash('sha256').update(new X509Certificate(certPem).raw).digest('base64url');
}

function parseJws(text: string): { payload: string; protected: string; signature: string } {
  const { payload, protected: header, signature } = parseObject(text);
  if (typeof payload !== 'string' || typeof header !== 'string' || typeof signature !== 'string') {
    throw new EnrolmentError('malformed', 'not a signed bundle');
  }
  return { payload, protected: header, signature };
}

function parseBundle(text: string): Bundle {
  const json = parseObject(text);
  const { province, node, ca, certificates, holderIndexKeys } = json;
  const texts = [province, node, ca, holderIndexKeys].every((each) => typeof each === 'string');
  if (json.format !== 1 || !texts || typeof certificates !== 'object' || certificates === null) {
    throw new EnrolmentError('malformed', 'not a bundle of format 1');
  }
  return {
    province: String(province),
    node: String(node),
    ca: String(ca),
    certificates: certificates as Record<string, string>,
    ...trustFromJson(json),
    registryRow: Node.fromJSON(json.registryRow),
    holderIndexKeys: String(holderIndexKeys),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw new EnrolmentError('malformed', 'the bundle is not JSON', cause);
  }
  throw new EnrolmentError('malformed', 'the bundle is not a JSON object');
}
