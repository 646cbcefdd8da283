import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLogCheck, type LogReport } from '../src/log/check.ts';
import { bookOf } from '../src/log/key-book.ts';
import { at, chunksOf, type FixtureLog, fixtureLog, noteSize } from './log-fixture.ts';

const good = await fixtureLog(650);

async function check(
  log: Pick<FixtureLog, 'entries' | 'checkpoints'>,
  key = good.key,
  length = 256,
): Promise<LogReport> {
  const audit = createLogCheck({ node: '440100', log: 'status' }, bookOf([key], 'test'), { withSides: true });
  for await (const chunk of chunksOf(log, noteSize, length)) audit.take(chunk);
  return audit.finish();
}

/** The log with one of its entries or checkpoints replaced or, by undefined, left out. */
const replaced = <T>(list: readonly T[], index: number, by: T | undefined) =>
  list.flatMap((one, i) => (i === index ? (by === undefined ? [] : [by]) : [one]));

test('a log in order is found so, in chunks of any length', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (length) => {
      const report = await check(good, good.key, length);
      assert.deepEqual(report.faults, []);
      assert.equal(report.size, 650);
      assert.equal(report.checkpoints, 8);
      assert.equal(report.holders?.matched, 650);
      assert.deepEqual([...report.kinds], [['STATUS', 650]]);
    }),
    { numRuns: 20 },
  );
});

test('an empty log without checkpoint is not in order', async () => {
  const { faults } = await check({ entries: [], checkpoints: [] });
  assert.match(faults.join(), /no valid checkpoint/);
});

const { privateKey: stranger } = generateKeyPairSync('ed25519');

const tampered: [string, () => Promise<Pick<FixtureLog, 'entries' | 'checkpoints'>>, RegExp][] = [
  [
    'a changed leaf',
    async () => ({
      ...good,
      entries: replaced(good.entries, 17, { ...good.entries[17]!, leaf: good.entries[18]!.leaf }),
    }),
    /root mismatch at checkpoint 100/,
  ],
  [
    'a missing entry',
    async () => ({ ...good, entries: replaced(good.entries, 17, undefined) }),
    /entry 17 says 18/,
  ],
  [
    'missing entries at the end',
    async () => ({ ...good, entries: good.entries.slice(0, 620) }),
    /entries of checkpoint 650 are missing/,
  ],
  [
    'a missing checkpoint',
    async () => ({ ...good, checkpoints: replaced(good.checkpoints, 2, undefined) }),
    /checkpoint 400 follows 300, found 200/,
  ],
  [
    'entries that no checkpoint covers',
    async () => ({ ...good, checkpoints: good.checkpoints.slice(0, 6) }),
    /50 entries under no checkpoint/,
  ],
  [
    'another root under a good signature',
    async () => ({
      ...good,
      checkpoints: replaced(good.checkpoints, 3, await good.sign(400, { root: Buffer.alloc(32) })),
    }),
    /root mismatch at checkpoint 400/,
  ],
  [
    'a time that goes back',
    async () => ({
      ...good,
      checkpoints: replaced(good.checkpoints, 3, await good.sign(400, { time: at(1) })),
    }),
    /the time of checkpoint 400 goes back/,
  ],
  [
    'a signature by another key',
    async () => ({
      ...good,
      checkpoints: replaced(good.checkpoints, 3, await good.sign(400, { by: stranger })),
    }),
    /no signature by a known key/,
  ],
  [
    'side data of another holder',
    async () => {
      const entry = good.entries[17]!;
      const holders = entry.holders.map((side) => ({ ...side, index: Buffer.alloc(32, 99) }));
      return { ...good, entries: replaced(good.entries, 17, { ...entry, holders }) };
    },
    /holder index of 17\/0/,
  ],
];

for (const [name, make, wanted] of tampered) {
  test(`found: ${name}`, async () => {
    const { faults, faultCount } = await check(await make());
    assert.match(faults.join('\n'), wanted);
    assert.ok(faultCount >= 1);
  });
}

test('side data that is not there is counted, and no fault', async () => {
  const entries = good.entries.map((entry, i) => (i < 10 ? { ...entry, holders: [] } : entry));
  const { holders, faultCount } = await check({ ...good, entries });
  assert.deepEqual(holders, { matched: 640, missing: 10, erased: 0, mismatched: [] });
  assert.equal(faultCount, 0);
});

test('a key counts for the sizes that it was registered for', async () => {
  const { faults } = await check(good, { ...good.key, toSize: 300n });
  assert.match(faults.join(), /no key of lianzheng\/440100\/status\/1 is valid at size 300/);
});
