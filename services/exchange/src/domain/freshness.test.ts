import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ClockOffset,
  isFresh,
  type Knowledge,
  knownUpTo,
  measureOffset,
  type StaleReason,
  throughThird,
} from './freshness.ts';

const now = 1_000_000_000;
const clock: ClockOffset = { offsetMs: 250, uncertaintyMs: 20, measuredAtMs: now - 5_000 };
const knowledge: Knowledge = { noteTimeMs: now - 2_000, heardAtMs: now - 1_900, clock, stopped: false };

test('known up to: the time of the checkpoint in our time, less what is uncertain', () => {
  assert.deepEqual(knownUpTo(knowledge, now), { knownUpToMs: now - 2_000 - 250 - 20, reason: '' });
  const behind = { ...clock, offsetMs: -250 };
  assert.deepEqual(knownUpTo({ ...knowledge, clock: behind, heardAtMs: now - 1_000 }, now), {
    knownUpToMs: now - 2_000 + 250 - 20,
    reason: '',
  });
});

const reasons: [reason: StaleReason, change: Partial<Knowledge>][] = [
  ['NEVER_HEARD', { noteTimeMs: undefined }],
  ['NEVER_HEARD', { heardAtMs: undefined }],
  ['CLOCK_UNMEASURED', { clock: undefined }],
  ['CLOCK_UNMEASURED', { clock: { ...clock, measuredAtMs: now - 600_001 } }],
  ['', { clock: { ...clock, measuredAtMs: now - 600_000 } }],
  ['CLOCK_OFFSET', { clock: { ...clock, offsetMs: 60_001 } }],
  ['CLOCK_OFFSET', { clock: { ...clock, offsetMs: -60_001 } }],
  ['', { clock: { ...clock, offsetMs: 60_000 } }],
  ['CLOCK_UNCERTAIN', { clock: { ...clock, uncertaintyMs: 2_001 } }],
  ['', { clock: { ...clock, uncertaintyMs: 2_000 } }],
  // Arrived before it was made: one of the two clocks is wrong.
  ['CLOCK_AHEAD', { heardAtMs: now - 2_271 }],
  ['', { heardAtMs: now - 2_270 }],
  ['STOPPED', { stopped: true }],
  ['STOPPED', { stopped: true, clock: undefined }],
];

for (const [reason, change] of reasons)
  test(`${reason || 'fresh'}: ${JSON.stringify(change)}`, () => {
    const known = knownUpTo({ ...knowledge, ...change }, now);
    assert.equal(known.reason, reason);
    const { fresh, reason: why } = isFresh(known, now, 1_000_000);
    assert.deepEqual([fresh, why], [reason === '', reason]);
  });

test('what is older than accepted is not fresh, and says how old it is', () => {
  const known = { knownUpToMs: now - 10_000, reason: '' } as const;
  assert.deepEqual(isFresh(known, now, 10_000), { fresh: true, reason: '', ageMs: 10_000 });
  assert.deepEqual(isFresh(known, now, 9_999), { fresh: false, reason: 'AGE', ageMs: 10_000 });
  assert.deepEqual(isFresh({ knownUpToMs: now + 5, reason: '' }, now, 0), {
    fresh: true,
    reason: '',
    ageMs: 0,
  });
});

const ms = fc.integer({ min: -100_000, max: 100_000 });
const delay = fc.integer({ min: 0, max: 5_000 });

test('one round trip: the true offset is never further off than the uncertainty', () => {
  fc.assert(
    fc.property(ms, delay, delay, (offset, there, back) => {
      const { offsetMs, uncertaintyMs, measuredAtMs } = measureOffset(
        now,
        now + there + offset,
        now + there + back,
      );
      assert.ok(Math.abs(offsetMs - offset) <= uncertaintyMs, `${offsetMs} ± ${uncertaintyMs}, is ${offset}`);
      assert.equal(measuredAtMs, now + there + back);
    }),
  );
});

test('through a third node offsets and uncertainties add up, and the older measurement counts', () => {
  fc.assert(
    fc.property(ms, ms, delay, delay, delay, delay, (third, theirs, a, b, c, d) => {
      const ofThird = measureOffset(now, now + a + third, now + a + b);
      // What the third node measured, by its own clock.
      const byThird = measureOffset(now + third, now + c + third + theirs, now + c + d + third);
      const inOurTime = { ...byThird, measuredAtMs: byThird.measuredAtMs - ofThird.offsetMs };
      const sum = throughThird(ofThird, inOurTime);
      assert.ok(Math.abs(sum.offsetMs - (third + theirs)) <= sum.uncertaintyMs);
      assert.equal(sum.measuredAtMs, Math.min(ofThird.measuredAtMs, inOurTime.measuredAtMs));
    }),
  );
});

test('a clock that jumps back during a round trip makes the measurement uncertain', () => {
  const { uncertaintyMs } = measureOffset(now, now, now - 8_000);
  assert.ok(uncertaintyMs >= 4_000);
});
