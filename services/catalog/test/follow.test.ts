import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { encodeLeaf } from '@lianzheng/log';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { Entry } from '@lianzheng/proto/log/v1/log';
import { createRegistry, followRegistry, keyOf } from '@lianzheng/registry';
import { isMeshError } from '@lianzheng/rpc/errors';
import { createLogger, pause } from '@lianzheng/runtime';
import { listed, serveExchange } from './exchange.ts';
import {
  catalogAs,
  countOf,
  databaseOf,
  department,
  departmentOf,
  departments,
  enrol,
  logAs,
  nodeEntry,
  object,
  operatorOf,
  province,
  putDepartments,
  serveCatalog,
  serveSignature,
  serving,
  shenzhen,
  until,
} from './harness.ts';
import { licenceType } from './licence-type.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const guangzhou = '440100';
const encryptionKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'pem', type: 'spki' })
  .toString();

/** The n-th entry of a log, about an object as its owner wrote it. */
function entry(
  sequence: number,
  owner: string,
  given: CatalogObject,
  more: Partial<CatalogObject> = {},
): Entry {
  const stated: CatalogObject = { ...given, key: keyOf(given)!, node: owner, version: 1, ...more };
  const body = CatalogBody.encode({ object: stated, recordedAt: new Date() }).finish();
  const leaf = encodeLeaf({ kind: LeafKind.CATALOG, subject: 'S', body });
  return { sequence: BigInt(sequence), leaf, holders: [] };
}

test('what the province publishes reaches a city, which builds its own on it', async (t) => {
  const upper = await serving(t, postgres, province);
  await putDepartments(upper.operator, province);
  const managing = await upper.as(departmentOf(province, 'managing'));
  const type = { ...licenceType(departments[province].issuing), definingAuthorityName: '海岑市issuing局' };
  await managing.registerLicenceType({ requestId: 'r', licenceType: type });
  await managing.reviewLicenceType({ code: type.code, version: 1, approve: true, reason: '' });

  const lower = await serving(t, postgres, shenzhen);
  await putDepartments(lower.operator, shenzhen);
  const use = object({
    $case: 'useAuthorisation',
    value: { departmentCode: departments[shenzhen].using, typeCode: type.code },
  });
  await assert.rejects(lower.operator.putObject({ object: use }), (error) =>
    isMeshError(error, 'INVALID_ARGUMENT'),
  );
  // Its exchange comes up only now, and holds what the province's own log says.
  const source = await logAs(t, upper.service.address, province, `lianzheng://${province}/service/exchange`);
  await serveExchange(t, lower.home, {
    getEntries: (request, call) => source.getEntries(request, { parent: call }),
  });
  await managing.publishLicenceType({ code: type.code, version: 1 });
  await until(async () => (await countOf(lower.operator, ObjectKind.LICENCE_TYPE, province)) === 1);
  assert.equal((await lower.operator.putObject({ object: use })).changed, true);
  assert.equal(await countOf(lower.operator, ObjectKind.DEPARTMENT), 8);

  // A type of the province is the province's: the city cannot define it anew, nor retire it.
  const cityManaging = await lower.as(departmentOf(shenzhen, 'managing'));
  await assert.rejects(
    cityManaging.registerLicenceType({ requestId: 'r', licenceType: type }),
    (error) =>
      isMeshError(error, 'INVALID_ARGUMENT') && error.details.fields?.[0]?.field === 'licence_type.code',
  );
  const gone = object({ $case: 'licenceType', value: type }, { retired: true });
  await assert.rejects(cityManaging.putObject({ object: gone }), (error) => isMeshError(error, 'NOT_FOUND'));
});

test('nodes are followed once the registry names them; what is not theirs to say is left out', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  const byNode: Record<string, Entry[]> = {
    [province]: [entry(0, province, nodeEntry({ node: guangzhou as never, encryptionKey }))],
    [guangzhou]: [
      entry(0, guangzhou, nodeEntry({ node: guangzhou as never, encryptionKey })),
      { sequence: 1n, leaf: Buffer.from('no leaf at all'), holders: [] },
      {
        sequence: 2n,
        leaf: encodeLeaf({ kind: 999 as never, subject: '', body: Buffer.alloc(3) }),
        holders: [],
      },
      {
        sequence: 3n,
        leaf: encodeLeaf({ kind: LeafKind.CATALOG, subject: '', body: Buffer.from([0xff]) }),
        holders: [],
      },
      entry(4, guangzhou, department(shenzhen, 'using', 'MANAGING')),
      entry(
        5,
        guangzhou,
        object({
          $case: 'matter',
          value: { code: '123456789012', name: '伪', departmentCode: '', licences: [] },
        }),
        { key: 'another' },
      ),
      entry(
        6,
        guangzhou,
        object({
          $case: 'matter',
          value: { code: '123456789012', name: '真', departmentCode: '', licences: [] },
        }),
      ),
    ],
  };
  await serveExchange(t, home, { getEntries: listed(byNode) });
  await serveSignature(t, home);
  const first = await serveCatalog(t, home);
  const operator = await catalogAs(t, first.address, shenzhen, operatorOf(shenzhen));
  await until(async () => (await countOf(operator, ObjectKind.MATTER, guangzhou)) === 1);
  const { objects } = await operator.listObjects({ kind: 0, node: '', allVersions: true });
  assert.deepEqual(
    objects.map(({ node, key }) => [node, key]),
    [
      [guangzhou, '123456789012'],
      [province, guangzhou],
    ],
  );

  // After a restart it goes on where it stood, with what came meanwhile.
  await first.stop();
  byNode[guangzhou]!.push(
    entry(
      7,
      guangzhou,
      object({
        $case: 'matter',
        value: { code: '123456789012', name: '改', departmentCode: '', licences: [] },
      }),
      { version: 2 },
    ),
  );
  const second = await serveCatalog(t, home);
  const client = await catalogAs(t, second.address, shenzhen, operatorOf(shenzhen));
  const newest = () => client.getObject({ kind: ObjectKind.MATTER, key: '123456789012', version: 0 });
  await until(async () => (await newest()).object?.version === 2);
  const database = databaseOf(t, home);
  const position = await database.read((reader) =>
    reader.rows<{ node: string; next: number }>(
      'SELECT node, next_sequence AS next FROM followed_log ORDER BY node',
    ),
  );
  assert.deepEqual(
    position,
    [
      { node: province, next: 1 },
      { node: guangzhou, next: 8 },
    ].sort((a, b) => Number(a.node) - Number(b.node)),
  );
});

test('a new generation of a log is read from its beginning, after what is left of the old one', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  const matter = (name: string) =>
    object({ $case: 'matter', value: { code: '123456789012', name, departmentCode: '', licences: [] } });
  const generation = object({
    $case: 'generation',
    value: {
      node: guangzhou,
      log: 'catalog',
      generation: 2,
      lastCheckpoint: Buffer.alloc(0),
      reason: '恢复',
    },
  });
  const registry = [entry(0, province, nodeEntry({ node: guangzhou as never, encryptionKey }))];
  const generations = [
    [entry(0, guangzhou, matter('一')), entry(1, guangzhou, matter('二'), { version: 2 })],
    [entry(0, guangzhou, matter('三'), { version: 3 })],
  ];
  let held = 1;
  await serveExchange(t, home, {
    async getEntries(request, call) {
      const { node, generation: asked } = request.log!;
      const entries =
        node === province ? registry : generations[asked - 1]!.slice(0, asked === 1 ? held : undefined);
      return listed({ [node]: entries })(request, call);
    },
  });
  await serveSignature(t, home);
  const service = await serveCatalog(t, home);
  const operator = await catalogAs(t, service.address, shenzhen, operatorOf(shenzhen));
  await until(async () => (await countOf(operator, ObjectKind.MATTER)) === 1);
  held = 2;
  registry.push(entry(1, province, generation));
  const versions = async () =>
    (await operator.listObjects({ kind: ObjectKind.MATTER, node: guangzhou, allVersions: true })).objects.map(
      ({ version }) => version,
    );
  await until(async () => (await versions()).length === 3);
  assert.deepEqual(await versions(), [1, 2, 3]);
});

test('on the first day a node says that it knows everything only when it has what its bundle brings', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  const entries = [
    entry(0, province, nodeEntry({ node: guangzhou as never, encryptionKey })),
    entry(1, province, department(shenzhen, 'using', 'USING'), { node: province }),
  ];
  const bundle = join(home.folder, 'bundle.json');
  const inBundle = entries.map((each) => Buffer.from(Entry.encode(each).finish()).toString('base64'));
  await writeFile(bundle, JSON.stringify({ pinnedKeys: [], catalogue: { entries: inBundle } }));
  await serveSignature(t, home);
  const { address } = await serveCatalog(t, home, { more: { LZ_BUNDLE: bundle } });
  const registry = createRegistry({ province, node: shenzhen });
  const client = await catalogAs(t, address, shenzhen, `lianzheng://${shenzhen}/service/issuance`);
  const logger = createLogger({ service: 'test', node: shenzhen, level: 'silent' });
  const follower = followRegistry({ client, registry, logger });
  t.after(() => follower.stop());
  await pause(1_500); // More than a watch waits before it looks again.
  assert.equal(follower.ready(), false);

  await serveExchange(t, home, { getEntries: listed({ [province]: entries }) });
  await until(() => follower.ready());
  assert.deepEqual(
    registry.nodes().map(({ node }) => node),
    [guangzhou],
  );
});
