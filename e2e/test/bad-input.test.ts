// Bad input at every RPC: a clear refusal, no stack trace, nothing half done, nobody else harmed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ServiceName } from '@lianzheng/deploy-node';
import { layoutOf } from '@lianzheng/enrolment';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { ExchangeServiceService, PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { connect, createClient, type ServiceDefinition, type TlsIdentity } from '@lianzheng/rpc';
import { isMeshError, type MeshError } from '@lianzheng/rpc/errors';
import { tlsOf } from '../harness/identity.ts';
import { type Mesh, startMesh } from '../harness/index.ts';
import { badValues } from '../harness/wire.ts';

const NODE = '440000';
const dir = mkdtempSync(path.join(tmpdir(), 'lz-bad-input-'));
let mesh: Mesh;

const served: [ServiceName, ServiceDefinition[]][] = [
  ['catalog', [CatalogServiceService, LogServiceService]],
  ['issuance', [IssuanceServiceService, LogServiceService]],
  ['signature', [SignatureServiceService]],
  ['exchange', [ExchangeServiceService, PeerServiceService, LogServiceService]],
  ['audit', [AuditServiceService, LogServiceService]],
];

/** Fields of the widest request; what a request does not have, it ignores. */
const FIELDS = 9;
/** So many at once: bad calls must not harm one another either. */
const IN_FLIGHT = 12;
/** Streams that never end by themselves are not what is asked here. */
const endless: ReadonlySet<string> = new Set([
  CatalogServiceService.watchObjects.path,
  ExchangeServiceService.watchLinks.path,
]);

before(async () => {
  mesh = await startMesh({ dir, nodes: [NODE, '440100'], profile: 'shared', catalogue: false });
});
after(async () => {
  await mesh?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Somebody whom the RPC admits. */
function callerFor(rpc: string): TlsIdentity {
  const [role] = roles[rpc]!;
  const { callers, config } = mesh.node(NODE);
  const wanted = role === 'DEPARTMENT' ? 'using' : role!.toLowerCase();
  const sample = callers.find((caller) => caller.role === wanted);
  if (sample) return sample.tls;
  const folder = role === 'PEER' ? mesh.node('440100').config.dir : config.dir;
  return tlsOf(layoutOf(folder), role === 'PEER' ? 'exchange' : wanted);
}

for (const [service, definitions] of served)
  for (const definition of definitions)
    test(`bad bytes at every RPC of ${service}: ${Object.values(definition)[0]!.path.split('/')[1]}`, async () => {
      const problems: string[] = [];
      for (const [name, method] of Object.entries(definition)) {
        if (endless.has(method.path)) continue;
        problems.push(...(await abuse(service, definition, name)));
      }
      assert.deepEqual(problems, []);
    });

async function abuse(service: ServiceName, definition: ServiceDefinition, name: string): Promise<string[]> {
  const method = definition[name]!;
  const address = `127.0.0.1:${mesh.node(NODE).config.ports[service]}`;
  const expect = `lianzheng://${NODE}/service/${service}`;
  const channel = connect({ address, tls: callerFor(method.path), expect, defaultDeadlineMs: 20_000 });
  const raw = {
    [name]: { ...method, requestSerialize: (bytes: Buffer) => bytes },
  } as unknown as ServiceDefinition;
  const call = (createClient(raw, channel) as Record<string, (bytes: Buffer) => unknown>)[name]!;
  const problems: string[] = [];
  const inputs: (readonly [string, Buffer])[] = Array.from({ length: FIELDS }, (_, n) =>
    badValues(n + 1).map(([what, bytes]) => [`${what} in field ${n + 1}`, bytes] as const),
  ).flat();
  inputs.push(
    ['five megabytes', Buffer.alloc(5 << 20, 0x0a)],
    ['random bytes', Buffer.from('f1e2d3c4b5a697887766554433221100', 'hex')],
  );
  const ask = async ([what, bytes]: readonly [string, Buffer]) => {
    try {
      const answer = call(bytes);
      if (method.responseStream) for await (const _ of answer as AsyncIterable<unknown>) break;
      else await answer;
    } catch (error) {
      const problem = problemOf(error);
      if (problem) problems.push(`${method.path}, ${what}: ${problem}`);
    }
  };
  while (inputs.length > 0) await Promise.all(inputs.splice(0, IN_FLIGHT).map(ask));
  channel.close();
  return problems;
}

/** A refusal that its caller can do something with. */
const clear = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'RESOURCE_EXHAUSTED',
  'PERMISSION_DENIED',
]);

function problemOf(error: unknown): string | undefined {
  if (!isMeshError(error)) return `not an answer: ${String(error)}`;
  if (!clear.has(error.code)) return `${error.code} ${error.message}`;
  if (leaks(error)) return `tells too much: ${error.message}`;
  if (error.code === 'INVALID_ARGUMENT' && error.message.trim() === '') return 'says nothing';
  return undefined;
}

function leaks({ message, details }: MeshError): boolean {
  const told = JSON.stringify([message, details]);
  return /\.ts:\d+|node_modules|\bat \w+ \(|postgres:\/\/|SELECT |INSERT /.test(told);
}

test('nobody was harmed: the node still serves and nothing was half done', async () => {
  await mesh.node(NODE).ready(10_000);
  const { objects } = await mesh
    .clients(NODE, 'operator')
    .catalog.listObjects({ kind: 0, node: NODE, allVersions: false });
  assert.ok(
    objects.every(({ key }) => /^[\x20-\x7e]+$/.test(key)),
    'no object with a bad key was written',
  );
  const findings = await mesh.clients(NODE, 'operator').issuance.listRecoveryFindings({});
  assert.deepEqual(findings.findings, []);
  await mesh.rootsAgree();
});
