// Shenzhen's audit service on a real PostgreSQL with a real signature service, and the callers that it knows.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { accessMigrations } from '@lianzheng/access';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { readSecret } from '@lianzheng/cipher';
import { migrate, openDatabase, serviceUrl } from '@lianzheng/db';
import type { TestPostgres } from '@lianzheng/deploy-postgres';
import { createKeystore, createMemory } from '@lianzheng/keystore';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { type Channel, connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { createLogger, systemClock } from '@lianzheng/runtime';
import { readConfig as readSignatureConfig, start as startSignature } from '@lianzheng/signature';
import { readConfig, start } from '../src/index.ts';

export const node = '440300';
export const department = '11440300MB2D00001W';
export const uris = {
  auditor: `lianzheng://${node}/auditor/audit-office`,
  operator: `lianzheng://${node}/operator/ops`,
  department: `lianzheng://${node}/department/${department}`,
  exchange: `lianzheng://${node}/service/exchange`,
  issuance: `lianzheng://${node}/service/issuance`,
};
export const clock = systemClock();
export const logger = createLogger({ service: 'audit', node, level: 'silent' });
const password = 'test';

const authority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now: new Date() });

/** A certificate of the test authority for this identity. */
export async function identityOf(uri: string): Promise<TlsIdentity> {
  const names = { commonName: uri.split('/')[2]!, uri, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const { csrPem, keyPem } = await makeRequest(names);
  const issued = { days: 10, now: new Date(), kind: 'service', allow: names } as const;
  return { ca: authority.certPem, cert: await issueCertificate(authority, csrPem, issued), key: keyPem };
}

export type Home = Awaited<ReturnType<typeof enrol>>;

/** Folders, keys and a database of a node; its services are started one by one. Removed with the test. */
export async function enrol(t: TestContext, postgres: TestPostgres, kafkaBrokers = '127.0.0.1:1') {
  const folder = await mkdtemp(join(tmpdir(), 'lz-audit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const adminUrl = (await postgres.freshDatabase()).url;
  const signatureAddress = `127.0.0.1:${await freePort()}`;
  const env = {
    LZ_NODE: node,
    LZ_SIGNATURE_ADDRESS: signatureAddress,
    LZ_KEYSTORE: join(folder, 'keys'),
    LZ_MEMORY: join(folder, 'memory'),
    LZ_KEY_SECRET_FILE: join(folder, 'secret'),
    LZ_EXCHANGE_ADDRESS: '127.0.0.1:1',
    LZ_DATABASE_URL: serviceUrl(adminUrl, 'audit', password),
    LZ_DATABASE_ADMIN_URL: adminUrl,
    LZ_KAFKA_BROKERS: kafkaBrokers,
    LZ_OPERATORS: uris.operator,
    LZ_AUDITORS: uris.auditor,
    LZ_LOG_LEVEL: 'silent',
  };
  await writeFile(env.LZ_KEY_SECRET_FILE, randomBytes(32));
  const keystore = await createKeystore(
    env.LZ_KEYSTORE,
    await readSecret({ secretFile: env.LZ_KEY_SECRET_FILE }),
  );
  const name = `lianzheng/${node}/access/1`;
  await keystore.addKey({ purpose: 'log:access', name, createdAt: new Date() });
  await createMemory(env.LZ_MEMORY, name);
  const [signatureTls, auditTls] = await Promise.all(
    ['signature', 'audit'].map((service) => tlsFiles(folder, service)),
  );
  return { env, adminUrl, signatureTls, auditTls, auditAddress: `127.0.0.1:${await freePort()}` };
}

async function tlsFiles(folder: string, service: string): Promise<Record<string, string>> {
  const { ca, cert, key } = await identityOf(`lianzheng://${node}/service/${service}`);
  const paths = Object.entries({ CA: ca, CERT: cert, KEY: key }).map(async ([name, pem]) => {
    const path = join(folder, `${service}-${name}.pem`);
    await writeFile(path, pem);
    return [`LZ_TLS_${name}`, path];
  });
  return Object.fromEntries(await Promise.all(paths));
}

export async function serveSignature(t: TestContext, { env, signatureTls, auditAddress }: Home) {
  const given = {
    ...env,
    ...signatureTls,
    LZ_SIGNATURE_ADDRESS: env.LZ_SIGNATURE_ADDRESS,
    LZ_AUDIT_ADDRESS: auditAddress,
  };
  const service = await startSignature(readSignatureConfig(given), { clock, logger });
  t.after(() => service.stop());
  return service;
}

export async function serveAudit(t: TestContext, { env, auditTls, auditAddress }: Home) {
  const config = readConfig({ ...env, ...auditTls, LZ_AUDIT_ADDRESS: auditAddress });
  const service = await start(config, { clock, logger });
  t.after(() => service.stop());
  return service;
}

/** Both services of a fresh node. */
export async function serving(t: TestContext, postgres: TestPostgres, kafkaBrokers?: string) {
  const home = await enrol(t, postgres, kafkaBrokers);
  await serveSignature(t, home);
  await serveAudit(t, home);
  return home;
}

const identities = new Map<string, Promise<TlsIdentity>>();

export async function channelAs(t: TestContext, { auditAddress }: Home, uri: string): Promise<Channel> {
  const identity = identities.get(uri) ?? identityOf(uri);
  identities.set(uri, identity);
  const expect = `lianzheng://${node}/service/audit`;
  const channel = connect({ address: auditAddress, tls: await identity, expect });
  t.after(() => channel.close());
  return channel;
}

/** Clients of both services of audit, with the certificate of `uri`. */
export async function clientAs(t: TestContext, home: Home, uri: string) {
  const channel = await channelAs(t, home, uri);
  return { ...createClient(AuditServiceService, channel), log: createClient(LogServiceService, channel) };
}

/** The database of another service of the node, which has access entries to hand over. */
export async function databaseOf(t: TestContext, { adminUrl }: Home, service: string) {
  await migrate({ adminUrl, service, password, sets: [accessMigrations] });
  const database = openDatabase({ url: serviceUrl(adminUrl, service, password), applicationName: service });
  t.after(() => database.close());
  return database;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks until the answer is there; fails after 15 s. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
