import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import fc from 'fast-check';
import { type Draft, publish, review } from './draft.ts';

const fresh: Draft = {
  licenceType: LicenceType.fromJSON({}),
  version: 2,
  state: 'REGISTERED',
  reason: '',
  registeredBy: 'D',
};

test('whatever is done, only what was approved last is published, once', () => {
  const step = fc.oneof(
    fc.record({ approve: fc.boolean(), reason: fc.string({ minLength: 1 }) }),
    fc.constant('publish' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 0, max: 3 }), (steps, newest) => {
      let draft = fresh;
      let approved = false;
      for (const one of steps) {
        const before = draft;
        const outcome = one === 'publish' ? publish(draft, newest) : review(draft, one);
        if ('refused' in outcome) {
          const outdated = one === 'publish' && approved && before.version <= newest;
          assert.ok(before.state === 'PUBLISHED' || !approved || outdated, outcome.refused);
          continue;
        }
        assert.notEqual(before.state, 'PUBLISHED');
        if (one === 'publish') assert.ok(approved && draft.version > newest);
        else approved = one.approve;
        draft = outcome;
        assert.equal(draft.reason !== '', draft.state === 'RETURNED');
      }
    }),
  );
});
