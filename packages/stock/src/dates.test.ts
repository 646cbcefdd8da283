import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, dateBetween, endOfTerm } from './dates.ts';

test('a term ends on the day before its anniversary, at the latest at the end of that month', () => {
  assert.equal(endOfTerm('2024-03-01', 12), '2025-02-28');
  assert.equal(endOfTerm('2024-02-29', 12), '2025-02-27');
  assert.equal(endOfTerm('2024-01-31', 1), '2024-02-28');
  assert.equal(endOfTerm('2024-12-15', 60), '2029-12-14');
});

test('dates between two days include both', () => {
  assert.equal(
    dateBetween(() => 0, '2024-02-28', '2024-03-01'),
    '2024-02-28',
  );
  assert.equal(
    dateBetween(() => 0.999, '2024-02-28', '2024-03-01'),
    '2024-03-01',
  );
  assert.equal(addDays('2024-03-01', -1), '2024-02-29');
});
