import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addMonths, isDay, shanghaiDay, startOfDay } from './index.ts';

test('only days that exist are days', () => {
  for (const day of ['2024-02-29', '2000-02-29', '1949-10-01', '9999-12-31'])
    assert.equal(isDay(day), true, day);
  for (const day of ['2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-4-1', '2024-04-31', ''])
    assert.equal(isDay(day), false, day);
});

test('the same day some months later', () => {
  const table: [string, number, string][] = [
    ['2024-03-01', 12, '2025-03-01'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-12-15', 120, '2033-12-15'],
  ];
  for (const [day, months, later] of table) assert.equal(addMonths(day, months), later);
});

test('days begin at 16:00 UTC of the day before', () => {
  assert.equal(shanghaiDay(new Date('2024-06-30T15:59:59.999Z')), '2024-06-30');
  assert.equal(shanghaiDay(new Date('2024-06-30T16:00:00.000Z')), '2024-07-01');
});

test('every instant lies in its day', () => {
  const instants = fc.date({
    min: new Date('1900-01-02T00:00:00Z'),
    max: new Date('2200-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, (at) => {
      const day = shanghaiDay(at);
      assert.equal(isDay(day), true);
      const start = startOfDay(day).getTime();
      assert.ok(start <= at.getTime() && at.getTime() < start + 86_400_000);
    }),
  );
});
