import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssuerAssignment } from '@lianzheng/proto/catalog/v1/objects';
import { createRegistry } from '@lianzheng/registry';
import fc from 'fast-check';
import { checkIssuerAssignment } from './node.ts';
import { violationsOf } from './violations.ts';

const province = '440000';
const nodes = [province, '440100', '440300'];
const issuerCode = '11440300YH0003032D';

function registryOfNodes() {
  const registry = createRegistry({ province });
  registry.apply(
    nodes.map((node) => ({
      key: node,
      version: 1,
      node: province,
      retired: false,
      object: {
        $case: 'nodeEntry',
        value: { node, name: node, tier: 'city', exchangeAddress: '', encryptionKey: '' },
      },
    })),
  );
  return registry;
}

test('whatever is asked for, one node speaks for an issuer at a time and no sequence is assigned twice', () => {
  const asked = fc.record({
    node: fc.constantFrom(...nodes),
    from: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 15 }), (requests) => {
      const registry = registryOfNodes();
      const known = { ...registry, self: province };
      const versions = new Map<string, { version: number; value: IssuerAssignment }>();
      for (const { node, from, to } of requests) {
        const value = { issuerCode, node, fromSequence: BigInt(from), toSequence: BigInt(to) };
        const key = `${node}/${from}`;
        const before = versions.get(key);
        const violations = violationsOf((report) =>
          checkIssuerAssignment(value, before?.value, known, report),
        );
        if (violations.length > 0) continue;
        const version = (before?.version ?? 0) + 1;
        versions.set(key, { version, value });
        const object = { $case: 'issuerAssignment', value } as const;
        registry.apply([{ key, version, node: province, retired: false, object }]);
      }
      const assigned = registry.assignments(issuerCode);
      assert.ok(assigned.filter(({ toSequence }) => toSequence === 0n).length <= 1);
      for (const node of nodes) {
        for (let sequence = 0n; sequence < 10n; sequence += 1n) {
          const covering = assigned.filter(
            (one) =>
              one.node === node &&
              one.fromSequence <= sequence &&
              (one.toSequence === 0n || sequence < one.toSequence),
          );
          assert.ok(covering.length <= 1, `${node} ${sequence}`);
        }
      }
    }),
  );
});
