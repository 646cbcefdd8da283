import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPageToken, parsePageToken } from './page-token.ts';
import { erasableBefore } from './retention.ts';

test('six months have passed, also where the month six months ago was shorter', () => {
  const erasable = (now: string) => erasableBefore(new Date(now)).toISOString();
  assert.equal(erasable('2026-08-31T12:00:00.000Z'), '2026-02-28T12:00:00.000Z');
  assert.equal(erasable('2026-03-31T00:00:00.000Z'), '2025-09-30T00:00:00.000Z');
  assert.equal(erasable('2026-01-15T00:00:00.000Z'), '2025-07-15T00:00:00.000Z');
  const time = fc.date({
    noInvalidDate: true,
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2090-01-01T00:00:00Z'),
  });
  fc.assert(
    fc.property(time, (now) => {
      const days = (now.getTime() - erasableBefore(now).getTime()) / 86_400_000;
      assert.ok(days >= 181 && days <= 187, `${days} days`);
    }),
  );
});

test('a page token comes back as it went, and nothing else is one', () => {
  const id = fc.stringMatching(/^[a-z]{1,10}:[0-9a-f.]{1,40}$/);
  const at = fc.date({
    noInvalidDate: true,
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
  });
  fc.assert(
    fc.property(at, id, (time, name) => {
      assert.deepEqual(parsePageToken(formatPageToken({ at: time, id: name })), { at: time, id: name });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const end = parsePageToken(text);
      assert.ok(end === undefined || formatPageToken(end) === text);
    }),
  );
});
