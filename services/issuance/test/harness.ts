// Issuance of 440300 with a real database and a real signature service; the registry is filled from deploy/catalogue.

import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, serviceUrl } from '@lianzheng/db';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import { testPostgres } from '@lianzheng/deploy-postgres';
import { addDepartmentKey, initProvince, issueCaller, layoutOf } from '@lianzheng/enrolment';
import type { CatalogObject, LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import {
  type CommandHeader,
  IssuanceServiceService,
  type LicenceData,
} from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { createRegistry } from '@lianzheng/registry';
import { connect, createClient, type MeshError, type TlsIdentity } from '@lianzheng/rpc';
import { createLogger, type TestClock, testClock } from '@lianzheng/runtime';
import { readConfig as readSignatureConfig, start as startSignature } from '@lianzheng/signature';
import { type Overrides, readConfig, start } from '../src/index.ts';

export const NODE = '440300';
export const PROVINCE = '440000';
/** 海岑市市场监督管理局, 海岑市人才和社会事务局; a department of another node; a department that issues nothing. */
export const MARKET = '11440300YH0003024J';
export const TALENT = '11440300YH0003032D';
export const MANAGER = '11440300YH0003016P';
export const FOOD = '11440000YH0000026K003';
export const BUSINESS = '11440000YH0000026K001';
export const MARRIAGE = '11440000YH0000034E005';
export const RESIDENCE = '11440000YH0000034E003';
export const BEGUN = new Date('2026-03-02T02:00:00.000Z');

const quiet = createLogger({ service: 'test', node: NODE, level: 'silent' });

/** The objects of the catalogue that a node of 440300 knows. */
export async function catalogueObjects(): Promise<CatalogObject[]> {
  const { nodes } = await readCatalogue();
  const known = nodes.filter(({ node }) => node === NODE || node === PROVINCE);
  return known.flatMap(({ node, departments, licenceTypes, issuerAssignments }) =>
    [
      ...licenceTypes.map((value) => ({ $case: 'licenceType' as const, value })),
      ...departments.map((value) => ({ $case: 'department' as const, value })),
      ...issuerAssignments.map((value) => ({ $case: 'issuerAssignment' as const, value })),
    ].map((object) => ({ key: '', version: 1, node, retired: false, object })),
  );
}

export type Home = Awaited<ReturnType<typeof createHome>>;

/** What outlives the services: folder, keys, database, registry. */
export async function createHome(parts: AsyncDisposableStack) {
  const folder = parts.adopt(await mkdtemp(join(tmpdir(), 'lz-issuance-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const dir = join(folder, 'node');
  const now = new Date();
  const exchangeAddress = 'localhost:1';
  await initProvince({
    dir,
    node: NODE,
    name: '海岑市',
    exchangeAddress,
    now,
    rootFile: join(folder, 'root'),
  });
  for (const code of [MARKET, TALENT]) await addDepartmentKey(dir, code, { now });
  const postgres = parts.adopt(await testPostgres(), (it) => it.stop());
  const freshDatabase = async () => {
    const { url } = await postgres.freshDatabase();
    return { adminUrl: url, databaseUrl: serviceUrl(url, 'issuance', 'test') };
  };
  const registry = createRegistry({ province: PROVINCE, node: NODE });
  const objects = await catalogueObjects();
  registry.apply(objects);
  const types = new Map(
    objects.flatMap(({ object }): [string, LicenceType][] =>
      object?.$case === 'licenceType' ? [[object.value.code, object.value]] : [],
    ),
  );
  return { dir, ...(await freshDatabase()), freshDatabase, registry, types };
}

function tlsEnv(dir: string, service: string) {
  const layout = layoutOf(dir);
  return {
    LZ_NODE: NODE,
    LZ_TLS_CA: layout.ca,
    LZ_TLS_CERT: layout.certificate(service),
    LZ_TLS_KEY: layout.privateKey(service),
    LZ_LOG_LEVEL: 'silent',
    LZ_OPERATORS: `lianzheng://${NODE}/operator/node`,
    LZ_AUDITORS: `lianzheng://${NODE}/auditor/office`,
  };
}

export async function serveSignature({ dir }: Home, clock: TestClock, address = '127.0.0.1:0') {
  const { keys, memory, secretFile } = layoutOf(dir);
  const config = readSignatureConfig({
    ...tlsEnv(dir, 'signature'),
    LZ_SIGNATURE_ADDRESS: address,
    LZ_AUDIT_ADDRESS: '127.0.0.1:1',
    LZ_KEYSTORE: keys,
    LZ_MEMORY: memory,
    LZ_KEY_SECRET_FILE: secretFile,
  });
  return startSignature(config, { clock, logger: quiet });
}

export async function serveIssuance(
  home: Home,
  clock: TestClock,
  signatureAddress: string,
  overrides: Overrides = {},
) {
  const config = readConfig({
    ...tlsEnv(home.dir, 'issuance'),
    LZ_PROVINCE: PROVINCE,
    LZ_ISSUANCE_ADDRESS: '127.0.0.1:0',
    LZ_CATALOG_ADDRESS: '127.0.0.1:1',
    LZ_AUDIT_ADDRESS: '127.0.0.1:1',
    LZ_EXCHANGE_ADDRESS: '127.0.0.1:1',
    LZ_SIGNATURE_ADDRESS: signatureAddress,
    LZ_DATABASE_URL: home.databaseUrl,
    LZ_DATABASE_ADMIN_URL: home.adminUrl,
  });
  return start(config, { clock, logger: quiet, registry: home.registry, ...overrides });
}

export type Client = ReturnType<typeof clientAt>;

function clientAt(address: string, tls: TlsIdentity, channels = 1) {
  const channel = connect({ address, tls, expect: `lianzheng://${NODE}/service/issuance`, channels });
  return {
    ...createClient(IssuanceServiceService, channel),
    ...createClient(LogServiceService, channel),
    close: () => channel.close(),
  };
}

/** As a department (credit code), operator, auditor (`kind/id`) or service of this node (bare name). */
export async function callerOf(home: Home, address: string, who: string, channels = 1): Promise<Client> {
  const layout = layoutOf(home.dir);
  const ca = await readFile(layout.ca, 'utf8');
  if (/^[a-z]+$/.test(who)) {
    const cert = await readFile(layout.certificate(who), 'utf8');
    const key = await readFile(layout.privateKey(who), 'utf8');
    return clientAt(address, { ca, cert, key });
  }
  const [kind, id] = who.includes('/') ? who.split('/') : ['department', who];
  const { certPem, keyPem } = await issueCaller({
    dir: home.dir,
    node: NODE,
    kind: kind as 'department' | 'auditor' | 'operator',
    id: id!,
    now: new Date(),
  });
  return clientAt(address, { ca, cert: certPem, key: keyPem }, channels);
}

/** A whole issuance, ready for commands; ends with `parts`. */
export async function createMesh(parts: AsyncDisposableStack, overrides: Overrides = {}) {
  const home = await createHome(parts);
  const clock = testClock(BEGUN);
  const signature = parts.adopt(await serveSignature(home, clock), (it) => it.stop());
  const issuance = parts.adopt(await serveIssuance(home, clock, signature.address, overrides), (it) =>
    it.stop(),
  );
  const as = async (who: string, channels?: number) =>
    parts.adopt(await callerOf(home, issuance.address, who, channels), (it) => it.close());
  const database = parts.adopt(openDatabase({ url: home.databaseUrl, applicationName: 'test' }), (it) =>
    it.close(),
  );
  await ready(await as('exchange'));
  return { home, clock, signature, issuance, as, database };
}

/** Waits until commands are taken. */
export async function ready(exchange: Client): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      await exchange.getStatuses({ identifiers: [] });
      return;
    } catch (error) {
      if ((error as MeshError).code !== 'UNAVAILABLE' || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export function header(clock: TestClock, changes: Partial<CommandHeader> = {}): CommandHeader {
  return {
    requestId: randomUUID(),
    caseNumber: 'HC-2026-0001',
    officer: 'li.ming',
    decidedAt: clock.now(),
    ...changes,
  };
}

let number = 0;

/** A food business licence that is in order, with a number of its own. */
export function foodLicence(changes: Partial<LicenceData> = {}): LicenceData {
  number += 1;
  return {
    typeCode: FOOD,
    licenceNumber: `JY144${String(30_000_000_000 + number)}`,
    issuedOn: '2026-03-01',
    validFrom: '2026-03-01',
    validTo: '2031-02-28',
    holders: [{ name: '海岑市大榕树餐饮有限公司', codeKind: '001', code: '91440101MA5CJMYA97' }],
    items: {
      legalRepresentative: '陈大文',
      premises: '海岑市东门路1号',
      businessAddress: '海岑市东门路1号',
      businessType: '餐饮服务经营者',
      businessItems: '热食类食品制售\n冷食类食品制售',
      routineSupervisor: '东门市场监督管理所',
      signedBy: '王小明',
    },
    printedForms: [{ form: 'ORIGINAL', formNumber: `Y${number}` }],
    ...changes,
  };
}
