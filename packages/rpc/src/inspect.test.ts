import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findFault } from './inspect.ts';

test('times of the years 1 to 9999 are fine wherever they stand, others are found by their path', () => {
  const path = fc.array(fc.constantFrom('rows', 'decidedAt', 'x'), { maxLength: 5 });
  fc.assert(
    fc.property(fc.date({ noInvalidDate: false }), path, (date, keys) => {
      const message = keys.reduceRight<unknown>(
        (inner, key) => ({ name: 'a', bytes: Buffer.alloc(3), [key]: [inner] }),
        date,
      );
      const fine = date.getTime() >= -62_135_596_800_000 && date.getTime() < 253_402_300_800_000;
      const field = keys.map((key) => `${key === 'decidedAt' ? 'decided_at' : key}[0]`).join('.');
      assert.equal(findFault(message)?.field, fine ? undefined : field);
    }),
  );
});

test('a field of a oneof has the name of its case', () => {
  const message = { kind: { $case: 'validFrom', value: new Date(Number.NaN) } };
  assert.equal(findFault(message)?.field, 'kind.valid_from');
});

test('nesting ends at 100 messages', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 'x' : { inner: [nested(levels - 1)] });
  assert.equal(findFault(nested(100)), undefined);
  assert.match(findFault(nested(101))?.description ?? '', /100/);
});
