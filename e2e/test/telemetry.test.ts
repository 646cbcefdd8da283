// Metrics, traces and logs of real nodes: a province and a city, one process each, on one Kafka.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import { operatorTokenFile, SERVICES } from '@lianzheng/deploy-node';
import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { isMeshError } from '@lianzheng/rpc/errors';
import { header } from '../harness/desk.ts';
import { type Mesh, sampleLicence, seen, startMesh } from '../harness/index.ts';
import { type SpanReceiver, startSpanReceiver } from '../harness/span-receiver.ts';

const PROVINCE = '440000';
const CITY = '440100';

let dir: string;
let mesh: Mesh;
let receiver: SpanReceiver;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-telemetry-'));
  receiver = await startSpanReceiver();
  const environment = { LZ_OTLP_ENDPOINT: receiver.endpoint, LZ_LOG_LEVEL: 'trace' };
  mesh = await startMesh({
    dir,
    nodes: [PROVINCE, CITY],
    profile: 'shared',
    environment: { [PROVINCE]: environment, [CITY]: environment },
  });
});

after(async () => {
  await mesh?.stop();
  await receiver?.stop();
  await rm(dir, { recursive: true, force: true });
});

const newTrace = () => {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
};

async function gateway(node: string, path: string): Promise<string> {
  const { ports } = mesh.node(node).config;
  const token = (await readFile(operatorTokenFile(mesh.node(node).dir), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${ports.gateway}${path}`, { headers });
  assert.equal(response.status, 200, path);
  return response.text();
}

/** A residence permit: of a person, with an address. */
async function personalLicence(seed: string): Promise<LicenceData> {
  const { nodes } = await readCatalogue();
  const issuer = mesh.issuerOf(
    CITY,
    nodes.flatMap(({ departments }) => departments),
  );
  const type = nodes.flatMap(({ licenceTypes }) => licenceTypes).find(({ name }) => name === '居住证')!;
  return sampleLicence(type, issuer, seed, new Date());
}

test('a trace goes from the gateway to exchange and issuance, and Kafka carries it on', async () => {
  const { issuance } = mesh.clients(CITY, 'issuing');
  const issued = newTrace();
  const data = await personalLicence('traced');
  const { licence } = await issuance.issueLicence(
    { header: header(), data },
    { traceparent: issued.traceparent },
  );
  const { identifier } = licence!;
  await seen(mesh, PROVINCE, identifier, LicenceStatus.VALID);
  const carried = await receiver.span(
    ({ name, links }) => name === `apply lianzheng.status.${CITY}` && links.includes(issued.traceId),
  );
  assert.equal(carried.node, PROVINCE);
  assert.equal(carried.service, 'exchange');
  await receiver.span(
    ({ traceId, service, name }) =>
      traceId === issued.traceId && service === 'signature' && name.endsWith('/SignLicences'),
  );

  await gateway(CITY, `/v1/licences/${identifier}/status`);
  const asked = await receiver.span(
    ({ service, name }) => service === 'gateway' && name === 'GET /v1/licences/:identifier/status',
  );
  const answered = await receiver.span(
    ({ traceId, service }) => traceId === asked.traceId && service === 'issuance',
  );
  assert.equal(answered.name, 'lianzheng.issuance.v1.IssuanceService/GetStatuses');
  assert.deepEqual(await servicesAbove(answered), [
    'issuance',
    'exchange',
    'exchange',
    'exchange',
    'gateway',
    'gateway',
  ]);
});

/** Of the span and its ancestors, until one that was not recorded. */
async function servicesAbove(span: { traceId: string; parent: string; service: string }): Promise<string[]> {
  if (span.parent === '') return [span.service];
  const above = await receiver.span(({ traceId, id }) => traceId === span.traceId && id === span.parent);
  return [span.service, ...(await servicesAbove(above))];
}

test('a question for the home node is one trace through two nodes', async () => {
  const { issuance } = mesh.clients(CITY, 'issuing');
  const { licence } = await issuance.issueLicence({ header: header(), data: await personalLicence('home') });
  const { traceId, traceparent } = newTrace();
  const { exchange } = mesh.clients(PROVINCE, 'using');
  const { identifier } = licence!;
  const unasked = { document: undefined, asOf: undefined, knownAt: undefined, withProof: false };
  const about = { caseNumber: 'CASE-1', matterCode: '', officer: 'officer-1' };
  await exchange.verifyLicence({ identifier, maxStalenessMs: 0, ...unasked, ...about }, { traceparent });
  const last = await receiver.span((span) => span.traceId === traceId && span.service === 'issuance');
  assert.equal(last.node, CITY);
  const nodes = receiver.spans().filter((span) => span.traceId === traceId);
  assert.ok(nodes.some(({ node, service }) => node === PROVINCE && service === 'exchange'));
});

test('the metrics of a standalone node cover every service of it', async () => {
  const text = await gateway(CITY, '/metrics');
  const has = (pattern: RegExp) => assert.match(text, pattern);
  for (const service of SERVICES)
    has(new RegExp(`^lz_rpc_(server|client)_ms_count\\{service="${service}",`, 'm'));
  for (const service of ['catalog', 'issuance', 'signature', 'exchange'])
    has(new RegExp(`^lz_access_waiting\\{service="${service}",node="${CITY}"\\} \\d+$`, 'm'));
  for (const [service, log] of [
    ['catalog', 'catalog'],
    ['issuance', 'status'],
    ['audit', 'access'],
  ])
    for (const stage of ['sequenced', 'integrated', 'published'])
      has(
        new RegExp(`^lz_log_entries\\{service="${service}",log="${log}",stage="${stage}",.* [1-9]\\d*$`, 'm'),
      );
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const labels = [...line.matchAll(/[{,](\w+)="/g)].map(([, name]) => name);
    assert.equal(new Set(labels).size, labels.length, line);
  }
  has(/^lz_process_resident_bytes\{service="node",.* \d{8,}$/m);
  has(/^lz_event_loop_delay_ms\{service="node",quantile="0.99",/m);
  has(/^lz_issuance_commands_total\{service="issuance",action="IssueLicence",outcome="carried_out",.* 2$/m);
  has(
    /^lz_exchange_verified_total\{service="exchange",asked="public",outcome="FOUND",from="home",age="fresh",.* 1$/m,
  );
  has(new RegExp(`^lz_link_entries_behind\\{service="exchange",peer="${PROVINCE}",log="catalog",`, 'm'));
});

/** By the holder's code, as the department whose matter lists the type. */
async function find({ typeCode, holders }: LicenceData): Promise<string[]> {
  const { nodes } = await readCatalogue();
  const matter = nodes
    .find(({ node }) => node === CITY)!
    .matters.find(({ licences }) => licences.some((listed) => listed.typeCode === typeCode))!;
  const { exchange } = mesh.clients(CITY, 'using', matter.departmentCode);
  const { codeKind, code } = holders[0]!;
  const about = { caseNumber: 'CASE-1', matterCode: matter.code, officer: 'officer-1' };
  const typeCodes = [typeCode];
  const question = { codeKind, code, typeCodes, maxStalenessMs: undefined, ...about };
  return (await exchange.findLicences(question)).licences.map(({ identifier }) => identifier);
}

test('who a licence is about stands in no log line, no span and no metric', async () => {
  const { issuance } = mesh.clients(CITY, 'issuing');
  const good = await personalLicence('secret');
  const { licence } = await issuance.issueLicence({ header: header(), data: good });
  const [holder] = good.holders;
  const wrong = {
    ...good,
    licenceNumber: `${good.licenceNumber}X`,
    holders: [{ ...holder!, code: `${holder!.code}9` }],
  };
  await assert.rejects(issuance.issueLicence({ header: header(), data: wrong }), (error) =>
    isMeshError(error, 'INVALID_ARGUMENT'),
  );
  // Refused by a constraint of the database: the same number with another content.
  await assert.rejects(
    issuance.issueLicence({
      header: header(),
      data: { ...good, holders: [{ ...holder!, name: '欧阳测试' }] },
    }),
  );
  assert.deepEqual(await find(good), [licence!.identifier]);
  await seen(mesh, PROVINCE, licence!.identifier, LicenceStatus.VALID);
  await receiver.span(({ name }) => name.endsWith('/FindLicences'));

  const texts = new Map<string, string>(
    await Promise.all(
      [PROVINCE, CITY].flatMap((node) => [
        readFile(join(mesh.node(node).dir, 'node.log'), 'utf8').then(
          (text) => [`log of ${node}`, text] as const,
        ),
        gateway(node, '/metrics').then((text) => [`metrics of ${node}`, text] as const),
      ]),
    ),
  );
  texts.set('spans', receiver.received());
  assert.match(texts.get(`log of ${CITY}`)!, /command carried out/);
  const { bornOn, permanentAddress, residentialAddress } = good.items;
  const secrets = [holder!.name, '欧阳测试', holder!.code, bornOn!, permanentAddress!, residentialAddress!];
  for (const secret of secrets)
    for (const [where, text] of texts) assert.ok(!text.includes(secret), `${secret} in the ${where}`);
});
