import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { AccessBody } from '@lianzheng/proto/audit/v1/audit';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { CatalogBody, DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { verifierOf } from '@lianzheng/registry';
import { isMeshError } from '@lianzheng/rpc/errors';
import {
  catalogAs,
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

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const own = departments[shenzhen];

test('the same content again writes nothing, neither row nor leaf', async (t) => {
  const { home, service, operator } = await serving(t, postgres, shenzhen);
  const given = department(shenzhen, 'using', 'USING');
  const first = await operator.putObject({ object: given });
  assert.deepEqual([first.changed, first.object?.version, first.object?.key], [true, 1, own.using]);
  const again = await operator.putObject({
    object: { ...given, key: 'whatever', version: 9, node: '999999' },
  });
  assert.deepEqual([again.changed, again.object], [false, first.object]);
  const renamed = department(shenzhen, 'using', 'USING', 'ISSUING');
  assert.equal((await operator.putObject({ object: renamed })).object?.version, 2);
  const database = databaseOf(t, home);
  const rows = await database.read((reader) => reader.rows('SELECT version FROM object'));
  assert.equal(rows.length, 2);
  const log = await logAs(t, service.address, shenzhen, `lianzheng://${shenzhen}/service/exchange`);
  const name = { node: shenzhen, log: 'catalog', generation: 0 };
  await until(async () => (await log.getHead({ log: name })).size === 2n);
});

test('what is written stands in the catalogue log, under a checkpoint of its key', async (t) => {
  const { home, service, operator } = await serving(t, postgres, province);
  await operator.putObject({ object: department(province, 'managing', 'MANAGING') });
  await operator.putRegistryObject({ object: nodeEntry(home) });
  const log = await logAs(t, service.address, province, `lianzheng://${province}/service/exchange`);
  const name = { node: province, log: 'catalog', generation: 0 };
  await until(async () => (await log.getHead({ log: name })).size === 2n);
  const request = { log: name, from: 0n, limit: 0, waitMs: 0, afterTime: undefined };
  const { entries, checkpoints } = await log.getEntries(request);
  const leaves = entries.map(({ leaf }) => Leaf.decode(leaf));
  assert.deepEqual(
    leaves.map(({ kind, critical, subject }) => ({ kind, critical, subject })),
    [
      { kind: LeafKind.CATALOG, critical: false, subject: `DEPARTMENT/${departments[province].managing}` },
      { kind: LeafKind.CATALOG, critical: true, subject: `NODE/${province}` },
    ],
  );
  const stored = await operator.getObject({ kind: ObjectKind.NODE, key: province, version: 0 });
  assert.deepEqual(CatalogBody.decode(leaves[1]!.body).object, stored.object);
  const { text, signatures } = parseNote(checkpoints.at(-1)!);
  assert.equal(verifierOf(home.logKey).verify(Buffer.from(text), signatures[0]!.signature), true);
  assert.equal(parseLogCheckpoint(text).size, 2);
});

test('every change leaves an access entry, and so does every refusal', async (t) => {
  const { home, operator, as } = await serving(t, postgres, shenzhen);
  const database = databaseOf(t, home);
  const actions = async () => {
    const rows = await database.read((reader) =>
      reader.rows<{ body: Buffer }>('SELECT body FROM access_waiting ORDER BY id'),
    );
    const bodies = rows.map(({ body }) => AccessBody.decode(body));
    return bodies.map(({ caller, action, subjects, result }) => [caller, action, subjects[0], result]);
  };
  const before = (await actions()).length;
  await operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  const using = await as(departmentOf(shenzhen, 'using'));
  await assert.rejects(using.putObject({ object: department(shenzhen, 'using', 'MANAGING') }));
  await assert.rejects(operator.putObject({ object: department(shenzhen, 'managing') }));
  await using.listObjects({ kind: 0, node: '', allVersions: false });
  const subject = `DEPARTMENT/${own.using}`;
  assert.deepEqual((await actions()).slice(before), [
    [operatorOf(shenzhen), 'catalog.PutObject', subject, 'OK'],
    [departmentOf(shenzhen, 'using'), 'catalog.PutObject', undefined, 'PERMISSION_DENIED ROLE_REQUIRED'],
    [operatorOf(shenzhen), 'catalog.PutObject', `DEPARTMENT/${own.managing}`, 'INVALID_ARGUMENT'],
  ]);
});

test('a department changes its roles at once, a retired one may do nothing', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  const using = await as(departmentOf(shenzhen, 'using'));
  const list = () => using.listObjects({ kind: 0, node: '', allVersions: false });
  const roleRequired = (error: unknown) =>
    isMeshError(error, 'PERMISSION_DENIED') && error.reason === 'ROLE_REQUIRED';
  await assert.rejects(list(), roleRequired);
  await operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  await list();
  await operator.putObject({ object: { ...department(shenzhen, 'using'), retired: true } });
  await assert.rejects(list(), roleRequired);
  await operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  await list();
});

test('departments, matters and authorisations are checked', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const managing = await as(departmentOf(shenzhen, 'managing'));
  const fieldsOf = (given: Parameters<typeof object>[0], caller = managing) =>
    caller.putObject({ object: object(given) }).then(
      () => [],
      (error: unknown) =>
        isMeshError(error, 'INVALID_ARGUMENT')
          ? error.details.fields!.map(({ field }) => field)
          : [String(error)],
    );
  assert.deepEqual(
    await fieldsOf({
      $case: 'department',
      value: {
        code: '11440300YH0003999X',
        name: '局\n',
        roles: [DepartmentRole.USING, DepartmentRole.USING, 9 as never],
        node: province,
        keys: ['{"kty":"EC"}'],
      },
    }),
    ['code', 'name', 'node', 'roles[2]', 'roles[1]', 'keys[0]'].map((field) => `object.department.${field}`),
  );
  assert.deepEqual(
    await fieldsOf({ $case: 'useAuthorisation', value: { departmentCode: own.issuing, typeCode: 'T' } }),
    ['department_code', 'type_code'].map((field) => `object.use_authorisation.${field}`),
  );
  const row = { typeCode: 'T', required: true, materialFree: false };
  assert.deepEqual(
    await fieldsOf({
      $case: 'matter',
      value: { code: '12', name: '', departmentCode: own.issuing, licences: [row, row] },
    }),
    [
      'department_code',
      'code',
      'name',
      'licences[0].type_code',
      'licences[1].type_code',
      'licences[1].type_code',
    ].map((field) => `object.matter.${field}`),
  );
  const keys = [`{"crv":"P-256","kty":"EC","x":"${'A'.repeat(43)}","y":"${'A'.repeat(43)}","d":"secret"}`];
  assert.deepEqual(
    await fieldsOf({
      $case: 'department',
      value: { code: own.using, name: '局', roles: [DepartmentRole.USING], node: shenzhen, keys },
    }),
    ['object.department.keys[0]'],
  );
  await assert.rejects(managing.putObject({ object: undefined }), (error) =>
    isMeshError(error, 'INVALID_ARGUMENT'),
  );
  await assert.rejects(
    managing.putObject({
      object: {
        ...department(shenzhen, 'using'),
        retired: true,
        object: { $case: 'matter', value: { code: 'M', name: '', departmentCode: '', licences: [] } },
      },
    }),
    (error) => isMeshError(error, 'NOT_FOUND'),
  );
  const huge = Array.from({ length: 3_000 }, (_, i) => ({
    typeCode: `T${i}`.padEnd(21, '0'),
    required: true,
    materialFree: false,
  }));
  const fields = await fieldsOf({
    $case: 'matter',
    value: { code: '123456789012', name: '大', departmentCode: '', licences: huge },
  });
  assert.ok(fields.length > 0);
});

test('without the signature service commands wait, and reading goes on', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  const service = await serveCatalog(t, home, { ready: false });
  const operator = await catalogAs(t, service.address, shenzhen, operatorOf(shenzhen));
  const put = () => operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  await assert.rejects(
    put(),
    (error) => isMeshError(error, 'UNAVAILABLE') && error.reason === 'LOG_RECOVERING',
  );
  assert.deepEqual((await operator.listObjects({ kind: 0, node: '', allVersions: false })).objects, []);
  await serveSignature(t, home);
  await until(() =>
    put().then(
      () => true,
      (error: unknown) => !isMeshError(error, 'UNAVAILABLE'),
    ),
  );
  assert.equal((await operator.listObjects({ kind: 0, node: '', allVersions: false })).objects.length, 1);
});

test('unknown kinds, nodes and states are refused', async (t) => {
  const { operator } = await serving(t, postgres, shenzhen);
  const fields = (count: number) => (error: unknown) =>
    isMeshError(error, 'INVALID_ARGUMENT') && error.details.fields?.length === count;
  await assert.rejects(operator.getObject({ kind: 5 as never, key: '', version: 0 }), fields(2));
  await assert.rejects(
    operator.listObjects({ kind: 99 as never, node: '4403', allVersions: true }),
    fields(2),
  );
  await assert.rejects(operator.getObject({ kind: ObjectKind.MATTER, key: 'x', version: 0 }), (error) =>
    isMeshError(error, 'NOT_FOUND'),
  );
});
