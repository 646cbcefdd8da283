// A node's catalogue on a real PostgreSQL with a real signature service, and the callers that it knows.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { readSecret } from '@lianzheng/cipher';
import { type Database, openDatabase, serviceUrl } from '@lianzheng/db';
import type { TestPostgres } from '@lianzheng/deploy-postgres';
import { createKeystore, createMemory, encryptionKeyPem } from '@lianzheng/keystore';
import { CatalogServiceService, type ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { type CatalogObject, DepartmentRole, type LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { type ClientOf, connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { createLogger, pause } from '@lianzheng/runtime';
import { readConfig as readSignatureConfig, start as startSignature } from '@lianzheng/signature';
import { readConfig, start } from '../src/index.ts';

export const province = '440000';
export const shenzhen = '440300';
/** Of the invented departments of deploy/catalogue, by node. */
export const departments = {
  [province]: {
    managing: '11440000YH0000018Q',
    issuing: '11440000YH0000034E',
    issuingToo: '11440000YH0000026K',
    using: '11440000YH00000429',
  },
  [shenzhen]: {
    managing: '11440300YH0003016P',
    issuing: '11440300YH0003032D',
    issuingToo: '11440300YH0003024J',
    using: '11440300YH00030408',
  },
} as const;
export type NodeCode = keyof typeof departments;

const password = 'test';
const logger = createLogger({ service: 'catalog', node: 'test', level: 'silent' });
const authority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now: new Date() });
const identities = new Map<string, Promise<TlsIdentity>>();

/** A certificate of the test authority for this identity. */
export function identityOf(uri: string): Promise<TlsIdentity> {
  let identity = identities.get(uri);
  if (!identity) {
    identity = makeIdentity(uri);
    identities.set(uri, identity);
  }
  return identity;
}

async function makeIdentity(uri: string): Promise<TlsIdentity> {
  const names = { commonName: uri.split('/')[2]!, uri, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const { csrPem, keyPem } = await makeRequest(names);
  const issued = { days: 10, now: new Date(), kind: 'service', allow: names } as const;
  return { ca: authority.certPem, cert: await issueCertificate(authority, csrPem, issued), key: keyPem };
}

export type Home = Awaited<ReturnType<typeof enrol>>;

/** Folders, keys and an empty database of a node, and a signature service at work; gone with the test. */
export async function enrol(t: TestContext, postgres: TestPostgres, node: NodeCode) {
  const folder = await mkdtemp(join(tmpdir(), 'lz-catalog-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { url: adminUrl, name: databaseName } = await postgres.freshDatabase();
  const [signaturePort, exchangePort, catalogPort] = await freePorts();
  const secretFile = join(folder, 'secret');
  const env: Record<string, string> = {
    LZ_NODE: node,
    LZ_PROVINCE: province,
    LZ_CATALOG_ADDRESS: `127.0.0.1:${catalogPort}`,
    LZ_SIGNATURE_ADDRESS: `127.0.0.1:${signaturePort}`,
    LZ_EXCHANGE_ADDRESS: `127.0.0.1:${exchangePort}`,
    LZ_AUDIT_ADDRESS: '127.0.0.1:1',
    LZ_DATABASE_URL: serviceUrl(adminUrl, 'catalog', password),
    LZ_DATABASE_ADMIN_URL: adminUrl,
    LZ_KAFKA_BROKERS: '127.0.0.1:1',
    LZ_KEYSTORE: join(folder, 'keys'),
    LZ_MEMORY: join(folder, 'memory'),
    LZ_KEY_SECRET_FILE: secretFile,
    LZ_OPERATORS: operatorOf(node),
    LZ_LOG_LEVEL: 'silent',
  };
  await writeFile(secretFile, randomBytes(32));
  const keys = await makeKeys(env, node);
  const home = { node, folder, env, adminUrl, databaseName, ...keys };
  return home;
}

export const operatorOf = (node: string) => `lianzheng://${node}/operator/ops`;
export const departmentOf = (node: NodeCode, role: keyof (typeof departments)[NodeCode]) =>
  `lianzheng://${node}/department/${departments[node][role]}`;

async function makeKeys(env: Record<string, string>, node: string) {
  const keystore = await createKeystore(
    env.LZ_KEYSTORE!,
    await readSecret({ secretFile: env.LZ_KEY_SECRET_FILE }),
  );
  const createdAt = new Date();
  const name = `lianzheng/${node}/catalog/1`;
  const entry = await keystore.addKey({ purpose: 'log:catalog', name, createdAt });
  await createMemory(env.LZ_MEMORY!, name);
  const encryption = await keystore.addKey({ purpose: 'encryption', createdAt });
  const logKey: LogKey = {
    node,
    log: 'catalog',
    name,
    publicKey: entry.publicKey!,
    fromSize: 0n,
    toSize: 0n,
    endorsement: Buffer.alloc(0),
  };
  return { logKey, encryptionKey: encryptionKeyPem(encryption) };
}

/** Environment names of a service's certificate, as files below `folder`. */
async function tlsEnv(folder: string, node: string, service: string): Promise<Record<string, string>> {
  const { ca, cert, key } = await identityOf(`lianzheng://${node}/service/${service}`);
  const files = Object.entries({ CA: ca, CERT: cert, KEY: key }).map(async ([name, pem]) => {
    const file = join(folder, `${service}-${name}.pem`);
    await writeFile(file, pem);
    return [`LZ_TLS_${name}`, file];
  });
  return Object.fromEntries(await Promise.all(files));
}

export async function serveSignature(t: TestContext, { node, folder, env }: Home) {
  const config = readSignatureConfig({ ...env, ...(await tlsEnv(folder, node, 'signature')) });
  const service = await startSignature(config, { logger });
  t.after(() => service.stop());
  return service;
}

/** `ready`: wait until it takes commands. */
export async function serveCatalog(
  t: TestContext,
  { node, folder, env }: Home,
  { ready = true, more = {} }: { ready?: boolean; more?: Record<string, string> } = {},
) {
  const config = readConfig({ ...env, ...(await tlsEnv(folder, node, 'catalog')), ...more });
  const service = await start(config, { logger });
  t.after(() => service.stop());
  if (ready) await takesCommands(t, service.address, node);
  return service;
}

/** Both services of a fresh node, and clients by who calls. */
export async function serving(t: TestContext, postgres: TestPostgres, node: NodeCode) {
  const home = await enrol(t, postgres, node);
  await serveSignature(t, home);
  const service = await serveCatalog(t, home);
  const as = (uri: string) => catalogAs(t, service.address, node, uri);
  const operator = await as(operatorOf(node));
  return { home, service, as, operator };
}

export type CatalogClient = ClientOf<typeof CatalogServiceService>;

export async function catalogAs(
  t: TestContext,
  address: string,
  node: string,
  uri: string,
): Promise<CatalogClient> {
  return createClient(CatalogServiceService, await channelAs(t, address, node, uri));
}

export async function logAs(t: TestContext, address: string, node: string, uri: string) {
  return createClient(LogServiceService, await channelAs(t, address, node, uri));
}

async function channelAs(t: TestContext, address: string, node: string, uri: string) {
  const expect = `lianzheng://${node}/service/catalog`;
  const channel = connect({ address, tls: await identityOf(uri), expect });
  t.after(() => channel.close());
  return channel;
}

/** A refused object, refused for its content, shows that the log is ready. */
async function takesCommands(t: TestContext, address: string, node: string): Promise<void> {
  const client = await catalogAs(t, address, node, operatorOf(node));
  const probe = object({ $case: 'matter', value: { code: '0', name: '', departmentCode: '', licences: [] } });
  await until(async () => {
    const error = await client.putObject({ object: probe }).catch((thrown: unknown) => thrown);
    return isMeshError(error, 'INVALID_ARGUMENT');
  });
}

/** Polls until it holds; fails after 20 s. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`it never came about: ${holds}`);
    await pause(20);
  }
}

export function databaseOf(t: TestContext, { env }: Home): Database {
  const database = openDatabase({ url: env.LZ_DATABASE_URL!, applicationName: 'test', max: 2 });
  t.after(() => database.close());
  return database;
}

export function object(
  content: NonNullable<CatalogObject['object']>,
  { retired = false }: { retired?: boolean } = {},
): CatalogObject {
  return { key: '', version: 0, node: '', retired, object: content };
}

export function department(
  node: NodeCode,
  of: keyof (typeof departments)[NodeCode],
  ...roles: ('MANAGING' | 'ISSUING' | 'USING')[]
): CatalogObject {
  const code = departments[node][of];
  const numbers = roles.map((role) => DepartmentRole[role]);
  return object({
    $case: 'department',
    value: { code, name: `海岑市${of}局`, roles: numbers, node, keys: [] },
  });
}

/** The four departments of the node, put by its operator. */
export async function putDepartments(operator: CatalogClient, node: NodeCode): Promise<void> {
  await operator.putObject({ object: department(node, 'managing', 'MANAGING') });
  await operator.putObject({ object: department(node, 'issuing', 'ISSUING') });
  await operator.putObject({ object: department(node, 'issuingToo', 'ISSUING', 'USING') });
  await operator.putObject({ object: department(node, 'using', 'USING') });
}

export function nodeEntry({ node, encryptionKey }: Pick<Home, 'node' | 'encryptionKey'>): CatalogObject {
  const tier = node === province ? 'province' : 'city';
  return object({
    $case: 'nodeEntry',
    value: { node, name: `节点 ${node}`, tier, exchangeAddress: `exchange-${node}:42003`, encryptionKey },
  });
}

export async function countOf(operator: CatalogClient, kind: ObjectKind, node = ''): Promise<number> {
  return (await operator.listObjects({ kind, node, allVersions: false })).objects.length;
}

async function freePorts(): Promise<[number, number, number]> {
  return [await freePort(), await freePort(), await freePort()];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
