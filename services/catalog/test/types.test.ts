import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { DraftState, ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import type { MeshError } from '@lianzheng/rpc/errors';
import { isMeshError } from '@lianzheng/rpc/errors';
import { departmentOf, departments, object, putDepartments, serving, shenzhen } from './harness.ts';
import { licenceType } from './licence-type.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const code = `${departments[shenzhen].issuing}901`;
const refusal = (code: string, reason: string) => (error: unknown) =>
  isMeshError(error) && error.code === code && error.reason === reason;

test('a department registers, the managing department reviews and publishes', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const issuing = await as(departmentOf(shenzhen, 'issuing'));
  const managing = await as(departmentOf(shenzhen, 'managing'));
  const type = licenceType(departments[shenzhen].issuing);

  const { draft } = await issuing.registerLicenceType({ requestId: 'r1', licenceType: type });
  assert.equal(draft?.version, 1);
  assert.equal(draft?.state, DraftState.REGISTERED);
  assert.equal(draft?.registeredBy, departments[shenzhen].issuing);

  await assert.rejects(
    managing.publishLicenceType({ code, version: 1 }),
    refusal('FAILED_PRECONDITION', 'DRAFT_STATE'),
  );
  await assert.rejects(
    managing.reviewLicenceType({ code, version: 1, approve: false, reason: ' ' }),
    (error) => isMeshError(error, 'INVALID_ARGUMENT') && error.details.fields?.[0]?.field === 'reason',
  );
  const returned = await managing.reviewLicenceType({
    code,
    version: 1,
    approve: false,
    reason: '请补充采集规则',
  });
  assert.equal(returned.draft?.state, DraftState.RETURNED);
  assert.equal(returned.draft?.reason, '请补充采集规则');

  const again = await issuing.registerLicenceType({
    requestId: 'r2',
    licenceType: { ...type, name: '示范证（新）' },
  });
  assert.equal(again.draft?.version, 2);
  await managing.reviewLicenceType({ code, version: 2, approve: true, reason: '' });
  const published = await managing.publishLicenceType({ code, version: 2 });
  assert.equal(published.object?.version, 2);
  assert.equal(published.object?.key, code);
  assert.equal(published.object?.node, shenzhen);
  assert.deepEqual(await managing.publishLicenceType({ code, version: 2 }), published);

  await managing.reviewLicenceType({ code, version: 1, approve: true, reason: '' });
  await assert.rejects(
    managing.publishLicenceType({ code, version: 1 }),
    refusal('FAILED_PRECONDITION', 'DRAFT_OUTDATED'),
  );
  const { drafts } = await managing.listLicenceTypeDrafts({ state: DraftState.PUBLISHED });
  assert.deepEqual(
    drafts.map(({ version }) => version),
    [2],
  );
  assert.equal((await managing.listLicenceTypeDrafts({ state: DraftState.UNSPECIFIED })).drafts.length, 2);
});

test('versions are kept, a type is retired and comes back with a new version', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const managing = await as(departmentOf(shenzhen, 'managing'));
  const publish = async (requestId: string, name: string) => {
    const type = licenceType(departments[shenzhen].issuing, '901', name);
    const { version } = (await managing.registerLicenceType({ requestId, licenceType: type })).draft!;
    await managing.reviewLicenceType({ code, version, approve: true, reason: '' });
    return (await managing.publishLicenceType({ code, version })).object!;
  };
  await publish('r1', '第一版');
  await publish('r2', '第二版');
  const retired = object(
    { $case: 'licenceType', value: { ...licenceType(departments[shenzhen].issuing), name: '不看内容' } },
    { retired: true },
  );
  const first = await managing.putObject({ object: retired });
  assert.deepEqual([first.changed, first.object?.version, first.object?.retired], [true, 3, true]);
  assert.equal((await managing.putObject({ object: retired })).changed, false);
  assert.equal((await publish('r3', '第三版')).version, 4);

  const read = async (version: number) =>
    (await managing.getObject({ kind: ObjectKind.LICENCE_TYPE, key: code, version })).object!;
  const nameOf = ({ object: content }: Awaited<ReturnType<typeof read>>) =>
    content?.$case === 'licenceType' ? content.value.name : '';
  assert.deepEqual([await read(1), await read(2), await read(3), await read(4), await read(0)].map(nameOf), [
    '第一版',
    '第二版',
    '第二版',
    '第三版',
    '第三版',
  ]);
  await assert.rejects(read(9), refusal('NOT_FOUND', 'OBJECT_UNKNOWN'));
  const all = await managing.listObjects({
    kind: ObjectKind.LICENCE_TYPE,
    node: shenzhen,
    allVersions: true,
  });
  assert.deepEqual(
    all.objects.map(({ version, retired: is }) => [version, is]),
    [
      [1, false],
      [2, false],
      [3, true],
      [4, false],
    ],
  );
});

test('the same request again gives the same answer, another body under its id is an error', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const issuing = await as(departmentOf(shenzhen, 'issuing'));
  const managing = await as(departmentOf(shenzhen, 'managing'));
  const type = licenceType(departments[shenzhen].issuing);
  const request = { requestId: 'r1', licenceType: type };
  const answers = await Promise.all([1, 2, 3].map(() => issuing.registerLicenceType(request)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal((await managing.listLicenceTypeDrafts({ state: 0 })).drafts.length, 1);
  await assert.rejects(
    issuing.registerLicenceType({ requestId: 'r1', licenceType: { ...type, name: '另一个' } }),
    refusal('ALREADY_EXISTS', 'REQUEST_ID_REUSED'),
  );
  // The id is the department's own: another one may use it, too.
  await managing.registerLicenceType(request);
  assert.equal((await managing.listLicenceTypeDrafts({ state: 0 })).drafts.length, 2);
});

test('a department registers only types that it defines or supplies, and only with the role', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const type = licenceType(departments[shenzhen].issuing);
  const other = await as(departmentOf(shenzhen, 'issuingToo'));
  await assert.rejects(
    other.registerLicenceType({ requestId: 'r1', licenceType: type }),
    refusal('PERMISSION_DENIED', 'NOT_YOUR_TYPE'),
  );
  for (const uri of [
    departmentOf(shenzhen, 'using'),
    `lianzheng://440100/department/${departments[shenzhen].issuing}`,
  ]) {
    const client = await as(uri);
    await assert.rejects(
      client.registerLicenceType({ requestId: 'r1', licenceType: type }),
      refusal('PERMISSION_DENIED', 'ROLE_REQUIRED'),
    );
  }
  const issuing = await as(departmentOf(shenzhen, 'issuing'));
  await issuing.registerLicenceType({ requestId: 'r1', licenceType: type });
  await assert.rejects(
    issuing.reviewLicenceType({ code, version: 1, approve: true, reason: '' }),
    refusal('PERMISSION_DENIED', 'ROLE_REQUIRED'),
  );
});

test('everything that is wrong is told at once, and nothing is written', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const issuing = await as(departmentOf(shenzhen, 'issuing'));
  const good = licenceType(departments[shenzhen].issuing);
  const bad = {
    ...good,
    code: `${good.code.slice(0, 18)}X01`,
    name: '',
    category: 77 as never,
    supplyingDepartmentCode: '11440300YH0003999X',
    holderKinds: ['001', '001', '000'],
    minHolders: 0,
    maxHolders: 101,
    items: [
      { ...good.items[0]!, key: 'BadKey' },
      { ...good.items[1]!, values: [] },
      { ...good.items[0]!, key: 'sampletext2', name: good.items[1]!.name },
    ],
    forms: ['ORIGINAL', 'COPY'],
    validity: undefined,
    licenceNumberPattern: '^(a+)+$',
    issuingDepartmentCodes: [departments[shenzhen].using],
  };
  const error = await issuing.registerLicenceType({ requestId: 'r1', licenceType: bad }).then(
    () => assert.fail('it was taken'),
    (thrown: MeshError) => thrown,
  );
  assert.equal(error.code, 'INVALID_ARGUMENT');
  const fields = error.details.fields!.map(({ field }) => field.replace(/^licence_type\./, ''));
  assert.deepEqual(fields.sort(), [
    'category',
    'code',
    'forms[1]',
    'holder_kinds[1]',
    'holder_kinds[2]',
    'issuing_department_codes[0]',
    'items[0].key',
    'items[1].values',
    'items[2].name',
    'licence_number_pattern',
    'max_holders',
    'min_holders',
    'name',
    'supplying_department_code',
    'validity.kind',
  ]);
  for (const { description } of error.details.fields!)
    assert.match(description, /\p{Script=Han}.* \/ .*[a-z]|ORIGINAL/u);
  await assert.rejects(
    issuing.registerLicenceType({ requestId: '', licenceType: undefined }),
    (thrown) => isMeshError(thrown, 'INVALID_ARGUMENT') && thrown.details.fields?.length === 2,
  );
  const managing = await as(departmentOf(shenzhen, 'managing'));
  assert.equal((await managing.listLicenceTypeDrafts({ state: 0 })).drafts.length, 0);
});

test('a type is checked again when it is published', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  await putDepartments(operator, shenzhen);
  const managing = await as(departmentOf(shenzhen, 'managing'));
  const type = {
    ...licenceType(departments[shenzhen].issuing),
    issuingDepartmentCodes: [departments[shenzhen].issuingToo],
  };
  await managing.registerLicenceType({ requestId: 'r1', licenceType: type });
  await managing.reviewLicenceType({ code, version: 1, approve: true, reason: '' });
  const gone = object(
    {
      $case: 'department',
      value: { code: departments[shenzhen].issuingToo, name: '', roles: [], node: '', keys: [] },
    },
    { retired: true },
  );
  await operator.putObject({ object: gone });
  await assert.rejects(
    managing.publishLicenceType({ code, version: 1 }),
    (error) =>
      isMeshError(error, 'INVALID_ARGUMENT') &&
      error.details.fields?.[0]?.field === 'licence_type.issuing_department_codes[0]',
  );
  assert.equal((await managing.listLicenceTypeDrafts({ state: DraftState.APPROVED })).drafts.length, 1);
});
