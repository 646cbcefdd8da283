import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import fc from 'fast-check';
import { createRegistry, type Registry } from '../src/index.ts';
import {
  assignment,
  department,
  guangzhou,
  issuer,
  licenceType,
  nodeEntry,
  object,
  province,
  shenzhen,
} from './objects.ts';

const { ISSUING, MANAGING, USING } = DepartmentRole;

test('the newest version of a type is found, and older ones by their number', () => {
  const registry = createRegistry({ province });
  registry.apply([
    object(province, licenceType('T', '旧名'), { version: 1 }),
    object(province, licenceType('T', '新名'), { version: 2, retired: true }),
  ]);
  assert.equal(registry.licenceType('T')?.type.name, '新名');
  assert.equal(registry.licenceType('T')?.retired, true);
  assert.equal(registry.licenceType('T', 1)?.type.name, '旧名');
  assert.equal(registry.licenceType('T', 3), undefined);
  assert.equal(registry.licenceType('U'), undefined);
});

test('objects of the registry count only from the province', () => {
  const registry = createRegistry({ province });
  registry.apply([
    object(guangzhou, nodeEntry(shenzhen)),
    object(guangzhou, assignment(guangzhou, 0)),
    object(guangzhou, {
      $case: 'generation',
      value: { node: shenzhen, log: 'status', generation: 7, lastCheckpoint: Buffer.alloc(0), reason: '' },
    }),
  ]);
  assert.deepEqual(registry.nodes(), []);
  assert.equal(registry.nodeFor(issuer), undefined);
  assert.deepEqual(registry.generation(shenzhen, 'status'), { generation: 1 });
  assert.equal(registry.version, 0);

  registry.apply([object(province, nodeEntry(shenzhen)), object(province, nodeEntry(guangzhou))]);
  assert.deepEqual(
    registry.nodes().map(({ node }) => node),
    [guangzhou, shenzhen],
  );
  assert.equal(registry.node(shenzhen)?.exchangeAddress, 'exchange.440300:42000');
});

test('a department counts only from the node that it names, and a retired one has no roles', () => {
  const registry = createRegistry({ province });
  registry.apply([object(guangzhou, department('D', shenzhen, [MANAGING]))]);
  assert.equal(registry.department('D'), undefined);
  registry.apply([object(shenzhen, department('D', shenzhen, [ISSUING, USING]))]);
  assert.deepEqual([...registry.departmentRoles('D', shenzhen)].sort(), ['ISSUING', 'USING']);
  assert.deepEqual([...registry.departmentRoles('D', guangzhou)], []);
  registry.apply([object(shenzhen, department('D', shenzhen, [ISSUING]), { version: 2, retired: true })]);
  assert.deepEqual([...registry.departmentRoles('D', shenzhen)], []);
  assert.equal(registry.department('D')?.retired, true);
});

test('a department may use what its own node authorised it to, until that is withdrawn', () => {
  const use = { $case: 'useAuthorisation', value: { departmentCode: 'D', typeCode: 'T' } } as const;
  const registry = createRegistry({ province });
  registry.apply([object(shenzhen, department('D', shenzhen, [USING])), object(guangzhou, use)]);
  assert.equal(registry.mayUse('D', 'T'), false);
  registry.apply([object(shenzhen, use)]);
  assert.equal(registry.mayUse('D', 'T'), true);
  assert.equal(registry.mayUse('D', 'U'), false);
  registry.apply([object(shenzhen, use, { version: 2, retired: true })]);
  assert.equal(registry.mayUse('D', 'T'), false);
});

test('of one code in several nodes the province comes first, then the node that looks', () => {
  const types = [guangzhou, shenzhen].map((node) => object(node, licenceType('T', node)));
  const looking = createRegistry({ province, node: shenzhen });
  looking.apply(types);
  assert.equal(looking.licenceType('T')?.node, shenzhen);
  looking.apply([object(province, licenceType('T', province))]);
  assert.equal(looking.licenceType('T', 1)?.node, province);
});

test('an issuer that moved is spoken for by each node within its own sequences', () => {
  const registry = createRegistry({ province });
  registry.apply([object(province, assignment(guangzhou, 0)), object(province, assignment(shenzhen, 40))]);
  registry.apply([object(province, assignment(guangzhou, 0, 500), { version: 2 })]);
  assert.equal(registry.nodeFor(issuer), shenzhen);
  assert.equal(registry.speaksFor(guangzhou, issuer, 499), true);
  assert.equal(registry.speaksFor(guangzhou, issuer, 500), false);
  assert.equal(registry.speaksFor(shenzhen, issuer, 39), false);
  assert.equal(registry.speaksFor(shenzhen, issuer, 40), true);
  assert.equal(registry.speaksFor(province, issuer, 100), false);
  assert.equal(registry.assignments(issuer).length, 2);
});

test('the largest generation is the present one', () => {
  const registry = createRegistry({ province });
  const entry = (generation: number, note: string) =>
    object(province, {
      $case: 'generation',
      value: { node: shenzhen, log: 'status', generation, lastCheckpoint: Buffer.from(note), reason: '' },
    });
  registry.apply([entry(3, 'head of 2'), entry(2, '')]);
  assert.deepEqual(registry.generation(shenzhen, 'status'), {
    generation: 3,
    lastCheckpoint: Buffer.from('head of 2'),
  });
  assert.deepEqual(registry.generation(shenzhen, 'access'), { generation: 1 });
});

test('listeners hear of changes and of nothing else', () => {
  const registry = createRegistry({ province });
  let heard = 0;
  const stop = registry.onChange(() => {
    heard += 1;
  });
  const node = object(province, nodeEntry(shenzhen));
  registry.apply([node]);
  registry.apply([node]);
  registry.apply([object(province, nodeEntry(shenzhen))]);
  assert.equal(heard, 1);
  assert.equal(registry.version, 1);
  stop();
  registry.apply([object(province, nodeEntry(guangzhou))]);
  assert.equal(heard, 1);
});

/** Everything that can be asked about the objects below. */
function answersOf(registry: Registry) {
  const codes = ['A', 'B'];
  return {
    types: codes.flatMap((code) =>
      [undefined, 1, 2, 3].map((version) => registry.licenceType(code, version)),
    ),
    departments: codes.flatMap((code) => [
      registry.department(code),
      ...[province, guangzhou, shenzhen].map((node) => [...registry.departmentRoles(code, node)]),
      registry.mayUse(code, 'A'),
    ]),
    nodes: registry.nodes(),
    assignments: registry.assignments(issuer),
    nodeFor: registry.nodeFor(issuer),
    generation: registry.generation(shenzhen, 'status'),
  };
}

test('the order of application does not matter', () => {
  const node = fc.constantFrom(province, guangzhou, shenzhen);
  const code = fc.constantFrom('A', 'B');
  const content = fc.oneof(
    fc.tuple(code, fc.string()).map(([of, name]) => licenceType(of, name)),
    fc.tuple(code, node, fc.subarray([MANAGING, ISSUING, USING])).map((of) => department(...of)),
    code.map((of) => ({ $case: 'useAuthorisation', value: { departmentCode: of, typeCode: 'A' } }) as const),
    node.map(nodeEntry),
    fc.tuple(node, fc.constantFrom(0, 5), fc.constantFrom(0, 9)).map((of) => assignment(...of)),
    fc.integer({ min: 2, max: 4 }).map(
      (generation) =>
        ({
          $case: 'generation',
          value: { node: shenzhen, log: 'status', generation, lastCheckpoint: Buffer.alloc(0), reason: '' },
        }) as const,
    ),
  );
  const objects = fc
    .array(fc.tuple(node, content, fc.integer({ min: 1, max: 3 }), fc.boolean()), { maxLength: 40 })
    .map((drawn) => drawn.map(([owner, of, version, retired]) => object(owner, of, { version, retired })))
    // An owner writes each version once.
    .map((drawn) => [...new Map(drawn.map((one) => [versionOf(one), one])).values()]);
  const shuffled = objects.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 1, max: 5 }), ([given, other], chunk) => {
      const one = createRegistry({ province });
      one.apply(given);
      const two = createRegistry({ province });
      for (let at = 0; at < other.length; at += chunk) two.apply(other.slice(at, at + chunk));
      two.apply(given);
      assert.deepEqual(answersOf(two), answersOf(one));
    }),
  );
});

function versionOf({ node, version, object: content }: ReturnType<typeof object>): string {
  const value = content!.value as unknown as Record<string, unknown>;
  const key = ['code', 'departmentCode', 'node', 'fromSequence', 'generation'].map((name) =>
    name === 'node' && content!.$case === 'department' ? '' : String(value[name] ?? ''),
  );
  return [node, version, content!.$case, ...key].join('/');
}
