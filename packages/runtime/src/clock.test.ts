import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedClock, systemClock, testClock } from './clock.ts';
import { ConfigError } from './config.ts';

const noon = new Date('2026-03-01T04:00:00.000Z');

test('a test clock moves only when told to', () => {
  const clock = testClock(noon);
  clock.advance(1_500);
  assert.equal(clock.now().toISOString(), '2026-03-01T04:00:01.500Z');
  clock.set(noon);
  assert.equal(clock.nowMs(), noon.getTime());
  assert.deepEqual(fixedClock(noon).now(), noon);
});

test('the offset is for tests only', () => {
  const before = Date.now() + 3_600_000;
  const hourAhead = systemClock({ env: { LZ_TEST: '1', LZ_CLOCK_OFFSET_MS: '3600000' } }).nowMs();
  assert.ok(hourAhead >= before && hourAhead <= Date.now() + 3_600_000);
  assert.throws(() => systemClock({ env: { LZ_CLOCK_OFFSET_MS: '5' } }), ConfigError);
  assert.throws(() => systemClock({ env: { LZ_TEST: '1', LZ_CLOCK_OFFSET_MS: '1h' } }), ConfigError);
});
