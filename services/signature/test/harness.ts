// A signature service of Shenzhen with all its keys, and the callers that it knows.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { readSecret } from '@lianzheng/cipher';
import { createKeystore, createMemory, type KeyPurpose, type Keystore } from '@lianzheng/keystore';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { createLogger, type TestClock, testClock } from '@lianzheng/runtime';
import { readConfig, start } from '../src/index.ts';

export const node = '440300';
export const department = '11440300MB2D00001W';
export const begun = new Date('2026-03-01T08:00:00.000Z');
export const operatorUri = `lianzheng://${node}/operator/ops`;
export const auditorUri = `lianzheng://${node}/auditor/audit-office`;

const authority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now: new Date() });

/** A certificate of the test authority for this identity. */
export async function identityOf(uri: string): Promise<TlsIdentity> {
  const names = { commonName: uri.split('/')[2]!, uri, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const { csrPem, keyPem } = await makeRequest(names);
  const issued = { days: 10, now: new Date(), kind: 'service', allow: names } as const;
  return { ca: authority.certPem, cert: await issueCertificate(authority, csrPem, issued), key: keyPem };
}

const serverTls = await identityOf(`lianzheng://${node}/service/signature`);
const identities = new Map<string, Promise<TlsIdentity>>();

export type Home = {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly keystore: Keystore;
};

/** Folders and environment of an enrolled node, removed with the test. */
export async function enrol(t: TestContext, auditAddress = '127.0.0.1:1'): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'lz-signature-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const paths = { keystore: join(folder, 'keys'), memory: join(folder, 'memory') };
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, randomBytes(32));
  const keystore = await createKeystore(paths.keystore, await readSecret({ secretFile }));
  const plain: KeyPurpose[] = [`department:${department}`, 'data-wrap', 'holder-index', 'encryption'];
  for (const purpose of plain) await keystore.addKey({ purpose, createdAt: begun });
  await keystore.addKey({ purpose: 'witness', name: `lianzheng/${node}/witness`, createdAt: begun });
  for (const log of ['status', 'catalog', 'access'] as const) {
    const origin = `lianzheng/${node}/${log}/1`;
    await keystore.addKey({ purpose: `log:${log}`, name: origin, createdAt: begun });
    await createMemory(paths.memory, origin);
  }
  const tls = { CA: serverTls.ca, CERT: serverTls.cert, KEY: serverTls.key };
  const env: Record<string, string> = {
    LZ_NODE: node,
    LZ_SIGNATURE_ADDRESS: '127.0.0.1:0',
    LZ_AUDIT_ADDRESS: auditAddress,
    LZ_KEYSTORE: paths.keystore,
    LZ_MEMORY: paths.memory,
    LZ_KEY_SECRET_FILE: secretFile,
    LZ_OPERATORS: operatorUri,
    LZ_AUDITORS: auditorUri,
    LZ_LOG_LEVEL: 'silent',
  };
  for (const [name, pem] of Object.entries(tls)) {
    env[`LZ_TLS_${name}`] = join(folder, `${name}.pem`);
    await writeFile(join(folder, `${name}.pem`), pem);
  }
  return { folder, env, keystore };
}

/** Serves until the test ends or `stop`. */
export async function serve(t: TestContext, { env }: Home, clock: TestClock = testClock(begun)) {
  const logger = createLogger({ service: 'signature', node, level: 'silent' });
  const service = await start(readConfig(env), { clock, logger });
  t.after(() => service.stop());
  return { ...service, clock };
}

export type Client = ReturnType<typeof clientOf>;

function clientOf(address: string, tls: TlsIdentity) {
  const channel = connect({ address, tls, expect: `lianzheng://${node}/service/signature` });
  return { channel, ...createClient(SignatureServiceService, channel) };
}

/** A client with the certificate of `uri`; a bare name is a service of this node. */
export async function callerOf(
  t: TestContext,
  { address }: { address: string },
  uri: string,
): Promise<Client> {
  const full = uri.includes('://') ? uri : `lianzheng://${node}/service/${uri}`;
  const identity = identities.get(full) ?? identityOf(full);
  identities.set(full, identity);
  const client = clientOf(address, await identity);
  t.after(() => client.channel.close());
  return client;
}

/** An enrolled node, serving, and a client as `uri`. */
export async function serving(t: TestContext, uri: string) {
  const home = await enrol(t);
  const service = await serve(t, home);
  return { home, service, clock: service.clock, client: await callerOf(t, service, uri) };
}
