// Every RPC × every kind of caller: the server refuses whoever the proto does not name.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import type { ServiceName } from '@lianzheng/deploy-node';
import { issueCaller, layoutOf } from '@lianzheng/enrolment';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import { ExchangeServiceService, PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import {
  askHealth,
  type Channel,
  connect,
  createClient,
  type ServiceDefinition,
  type TlsIdentity,
} from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Mesh, startMesh } from '../harness/index.ts';

const HOME = '440000';
const NEIGHBOUR = '440100';
const dir = mkdtempSync(path.join(tmpdir(), 'lz-roles-'));
let mesh: Mesh;

/** Which server serves which services. */
const served: [ServiceName, ServiceDefinition[]][] = [
  ['catalog', [CatalogServiceService, LogServiceService]],
  ['issuance', [IssuanceServiceService, LogServiceService]],
  ['signature', [SignatureServiceService]],
  ['exchange', [ExchangeServiceService, PeerServiceService, LogServiceService]],
  ['audit', [AuditServiceService, LogServiceService]],
];

type Who = { name: string; tls: TlsIdentity; roles: ReadonlySet<string> };

before(async () => {
  mesh = await startMesh({ dir, nodes: [HOME, NEIGHBOUR], profile: 'shared', catalogue: false });
});
after(async () => {
  await mesh?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('every RPC is open to exactly the roles of its proto', async () => {
  const callers = await everybody();
  const wrong: string[] = [];
  let asked = 0;
  for (const [service, definitions] of served)
    for (const who of callers) {
      const channel = channelTo(service, who.tls);
      for (const definition of definitions)
        for (const [method, { path: rpc }] of Object.entries(definition)) {
          // Only exchange faces other nodes.
          const may = roles[rpc]!.some(
            (role) => who.roles.has(role) && (role !== 'PEER' || service === 'exchange'),
          );
          const admitted = await isAdmitted(channel, definition, method);
          asked += 1;
          if (admitted !== may) wrong.push(`${who.name} ${may ? 'is refused' : 'is admitted'}: ${rpc}`);
        }
      channel.close();
    }
  assert.deepEqual(wrong, []);
  assert.ok(asked > Object.keys(roles).length * callers.length * 0.9, `${asked} calls`);
});

test('health answers any valid certificate', async () => {
  const { tls } = (await everybody()).find(({ name }) => name === 'department of another node')!;
  const channel = channelTo('exchange', tls);
  assert.equal(await askHealth(channel, 'lianzheng.exchange.v1.ExchangeService'), 'SERVING');
  channel.close();
});

test('forged and expired certificates are refused at TLS', async () => {
  const { tls } = (await everybody())[0]!;
  const uri = `lianzheng://${HOME}/operator/demo`;
  const now = new Date();
  const forger = await createAuthority({ commonName: 'forger', days: 1, now });
  const { csrPem, keyPem } = await makeRequest({ commonName: 'forged', uri });
  const allow = { commonName: 'forged', uri };
  const forged = await issueCertificate(forger, csrPem, { kind: 'caller', allow, days: 1, now });
  const lastYear = new Date(now.getTime() - 400 * 86_400_000);
  const expired = await issueCaller({
    dir: mesh.node(HOME).config.dir,
    node: HOME,
    kind: 'operator',
    id: 'demo',
    now: lastYear,
    days: 30,
  });
  for (const identity of [
    { ca: tls.ca, cert: forged, key: keyPem },
    { ca: tls.ca, cert: expired.certPem, key: expired.keyPem },
  ]) {
    const channel = channelTo('exchange', identity);
    await assert.rejects(askHealth(channel, 'lianzheng.exchange.v1.ExchangeService', { deadlineMs: 3_000 }));
    channel.close();
  }
});

function channelTo(service: ServiceName, tls: TlsIdentity): Channel {
  const address = `127.0.0.1:${mesh.node(HOME).config.ports[service]}`;
  return connect({
    address,
    tls,
    expect: `lianzheng://${HOME}/service/${service}`,
    defaultDeadlineMs: 5_000,
  });
}

/** An empty request: whoever is admitted gets an answer or is told what is wrong with it. */
async function isAdmitted(channel: Channel, definition: ServiceDefinition, method: string): Promise<boolean> {
  const client = createClient(definition, channel) as Record<
    string,
    (request: unknown, options: object) => unknown
  >;
  const empty = definition[method]!.requestDeserialize(Buffer.alloc(0));
  try {
    if (definition[method]!.responseStream) {
      for await (const _ of client[method]!(empty, {}) as AsyncIterable<unknown>) break;
    } else await client[method]!(empty, {});
    return true;
  } catch (error) {
    if (isMeshError(error, 'PERMISSION_DENIED')) return !roleRefusals.has(error.reason);
    if (isMeshError(error, 'UNAUTHENTICATED')) return false;
    if (isMeshError(error) && error.code !== 'INTERNAL') return true;
    throw error;
  }
}

/** Reasons of the server itself; a handler's own refusals come later. */
const roleRefusals = new Set(['ROLE_REQUIRED', 'METHOD_NOT_LISTED']);

async function everybody(): Promise<Who[]> {
  const { config, callers } = mesh.node(HOME);
  const departments = await rolesOfDepartments();
  const known = callers.map(({ role, department, tls }) => ({
    name: `${role} ${department}`,
    tls,
    roles: new Set(
      role === 'operator' || role === 'auditor' ? [role.toUpperCase()] : departments.get(department)!,
    ),
  }));
  const layout = layoutOf(config.dir);
  const services = ['catalog', 'issuance', 'signature', 'exchange', 'audit', 'gateway'].map((name) => ({
    name: `service ${name}`,
    tls: identity(layout.ca, layout.certificate(name), layout.privateKey(name)),
    roles: new Set([name.toUpperCase()]),
  }));
  const other = mesh.node(NEIGHBOUR);
  const otherLayout = layoutOf(other.config.dir);
  const [stranger] = other.callers;
  return [
    ...known,
    ...services,
    {
      name: 'exchange of another node',
      tls: identity(otherLayout.ca, otherLayout.certificate('exchange'), otherLayout.privateKey('exchange')),
      roles: new Set(['PEER']),
    },
    {
      name: 'issuance of another node',
      tls: identity(otherLayout.ca, otherLayout.certificate('issuance'), otherLayout.privateKey('issuance')),
      roles: new Set(),
    },
    { name: 'department of another node', tls: stranger!.tls, roles: new Set() },
  ];
}

function identity(ca: string, cert: string, key: string): TlsIdentity {
  return { ca: readFileSync(ca, 'utf8'), cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

async function rolesOfDepartments(): Promise<Map<string, string[]>> {
  const { objects } = await mesh
    .clients(HOME, 'operator')
    .catalog.listObjects({ kind: 18, node: HOME, allVersions: false });
  const names = new Map<number, string>(Object.entries(DepartmentRole).map(([name, value]) => [value, name]));
  return new Map(
    objects.flatMap(({ object }) =>
      object?.$case === 'department'
        ? [
            [
              object.value.code,
              ['DEPARTMENT', ...object.value.roles.map((role) => names.get(role)!)],
            ] as const,
          ]
        : [],
    ),
  );
}
