import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import { parseCallerUri } from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { authoriser, createRegistry } from '../src/index.ts';
import { department, guangzhou, nodeEntry, object, province, shenzhen } from './objects.ts';

const operator = `lianzheng://${shenzhen}/operator/lin`;
const auditor = `lianzheng://${shenzhen}/auditor/mei`;

function setUp(ready = () => true) {
  const registry = createRegistry({ province });
  const authorise = authoriser({
    node: shenzhen,
    registry,
    operators: [operator, auditor],
    auditors: [auditor],
    peers: true,
    ready,
  });
  const rolesOf = (uri: string) => [...authorise(parseCallerUri(uri)!)].sort();
  return { registry, authorise, rolesOf };
}

test('services of the own node have the role of their name; of another node only exchange, once that is known', () => {
  const { registry, rolesOf } = setUp();
  assert.deepEqual(rolesOf(`lianzheng://${shenzhen}/service/issuance`), ['ISSUANCE']);
  assert.deepEqual(rolesOf(`lianzheng://${shenzhen}/service/constructor`), []);
  assert.deepEqual(rolesOf(`lianzheng://${guangzhou}/service/exchange`), []);
  registry.apply([object(province, nodeEntry(guangzhou))]);
  assert.deepEqual(rolesOf(`lianzheng://${guangzhou}/service/exchange`), ['PEER']);
  assert.deepEqual(rolesOf(`lianzheng://${guangzhou}/service/issuance`), []);
});

test('departments of the own node have the roles of the registry, and follow its changes', () => {
  const { registry, rolesOf } = setUp();
  const at = (node: string) => `lianzheng://${node}/department/D`;
  assert.deepEqual(rolesOf(at(shenzhen)), []);
  registry.apply([
    object(shenzhen, department('D', shenzhen, [DepartmentRole.ISSUING])),
    object(guangzhou, department('D', guangzhou, [DepartmentRole.MANAGING])),
  ]);
  assert.deepEqual(rolesOf(at(shenzhen)), ['DEPARTMENT', 'ISSUING']);
  assert.deepEqual(rolesOf(at(guangzhou)), []);
  registry.apply([
    object(shenzhen, department('D', shenzhen, [DepartmentRole.ISSUING]), { version: 2, retired: true }),
  ]);
  assert.deepEqual(rolesOf(at(shenzhen)), []);
});

test('operators and auditors are those of the configuration, each in its own role only', () => {
  const { rolesOf } = setUp();
  assert.deepEqual(rolesOf(operator), ['OPERATOR']);
  assert.deepEqual(rolesOf(auditor), ['AUDITOR']);
  assert.deepEqual(rolesOf(`lianzheng://${shenzhen}/operator/other`), []);
});

test('before the registry was read a department is asked to wait, not refused', () => {
  const { authorise, rolesOf } = setUp(() => false);
  assert.throws(
    () => authorise(parseCallerUri(`lianzheng://${shenzhen}/department/D`)!),
    (error) => isMeshError(error, 'UNAVAILABLE') && error.reason === 'REGISTRY_LOADING',
  );
  assert.deepEqual(rolesOf(operator), ['OPERATOR']);
});

test('the same caller gets the same set while nothing changes', () => {
  const { authorise } = setUp();
  const caller = parseCallerUri(operator)!;
  assert.equal(authorise(caller), authorise({ ...caller }));
});
