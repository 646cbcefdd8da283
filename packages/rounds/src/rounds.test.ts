import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { createRounds } from './rounds.ts';

/** A `run` whose rounds end when the test says so. */
function manual() {
  const rounds: {
    items: number[];
    end: (outcomes: (number | Error)[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const run = (items: number[]) =>
    new Promise<(number | Error)[]>((end, fail) => {
      rounds.push({ items, end, fail });
    });
  return { rounds, run };
}

test('the first call starts at once; what arrives while two rounds are under way forms the next', async () => {
  const { rounds, run } = manual();
  const shared = createRounds({ maxItems: 3, run });
  const calls = [shared.call(1)];
  await setImmediate();
  calls.push(shared.call(2));
  await setImmediate();
  for (const item of [3, 4, 5, 6]) calls.push(shared.call(item));
  await setImmediate();
  assert.deepEqual(
    rounds.map(({ items }) => items),
    [[1], [2]],
  );
  assert.equal(shared.depth, 4);
  rounds[1]!.end([20]);
  await setImmediate();
  assert.deepEqual(rounds[2]?.items, [3, 4, 5]);
  assert.equal(shared.depth, 1);
  rounds[2].end([30, 40, 50]);
  rounds[0]!.end([10]);
  await setImmediate();
  assert.deepEqual(rounds[3]?.items, [6]);
  rounds[3].end([60]);
  assert.deepEqual(await Promise.all(calls), [10, 20, 30, 40, 50, 60]);
  assert.equal(shared.depth, 0);
});

test('calls of the same turn share a round', async () => {
  const { rounds, run } = manual();
  const shared = createRounds({ maxItems: 10, run });
  const calls = [shared.call(1), shared.call(2)];
  await setImmediate();
  assert.deepEqual(rounds[0]?.items, [1, 2]);
  rounds[0].end([1, 2]);
  assert.deepEqual(await Promise.all(calls), [1, 2]);
});

test('an Error at a place fails that caller only', async () => {
  const shared = createRounds<number, number>({
    maxItems: 10,
    run: async (items) => items.map((item) => (item % 2 ? new Error(`odd ${item}`) : item)),
  });
  const [one, two] = await Promise.allSettled([shared.call(1), shared.call(2)]);
  assert.equal(one.status === 'rejected' && one.reason.message, 'odd 1');
  assert.equal(two.status === 'fulfilled' && two.value, 2);
});

test('a throw, also a synchronous one or too few outcomes, fails the round and not the next', async () => {
  const answers: (() => Promise<number[]>)[] = [
    async () => Promise.reject(new Error('lost')),
    () => {
      throw new Error('at once');
    },
    async () => [],
    async () => [7],
  ];
  const shared = createRounds<number, number>({ maxItems: 1, run: () => answers.shift()!() });
  await assert.rejects(shared.call(1), /lost/);
  await assert.rejects(shared.call(1), /at once/);
  await assert.rejects(shared.call(1), /1 items gave 0 outcomes/);
  assert.equal(await shared.call(1), 7);
});

test('rounds keep their distance: the first starts at once, what comes meanwhile shares the next', async () => {
  const startedMs: number[] = [];
  const sizes: number[] = [];
  const shared = createRounds({
    maxItems: 100,
    spacingMs: 40,
    async run(items: number[]) {
      startedMs.push(performance.now());
      sizes.push(items.length);
      return items;
    },
  });
  const calledMs = performance.now();
  assert.equal(await shared.call(1), 1);
  const calls = [2, 3].map((item) => shared.call(item));
  await setImmediate();
  calls.push(shared.call(4));
  await shared.drain();
  assert.deepEqual(await Promise.all(calls), [2, 3, 4]);
  assert.deepEqual(sizes, [1, 3]);
  assert.ok(startedMs[0]! - calledMs < 30, 'the first one waits for nothing');
  // Timers may come a little early.
  assert.ok(startedMs[1]! - startedMs[0]! >= 38);
});

test('drain waits for what is waiting and what is under way', async () => {
  const { rounds, run } = manual();
  const shared = createRounds({ maxItems: 1, maxInFlight: 1, run });
  await shared.drain();
  const calls = [shared.call(1), shared.call(2)];
  let drained = false;
  const drain = shared.drain().then(() => {
    drained = true;
  });
  await setImmediate();
  rounds[0]!.end([1]);
  await setImmediate();
  assert.equal(drained, false);
  rounds[1]!.fail(new Error('lost'));
  await drain;
  assert.equal((await Promise.allSettled(calls)).length, 2);
});

test('every item runs once, in order of arrival, within both limits, and gets its own answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 4 }),
      async (pauses, maxItems, maxInFlight) => {
        const ran: number[] = [];
        let inFlight = 0;
        const shared = createRounds<number, string>({
          maxItems,
          maxInFlight,
          run: async (items) => {
            inFlight += 1;
            assert.ok(items.length >= 1 && items.length <= maxItems && inFlight <= maxInFlight);
            ran.push(...items);
            if (items[0]! % 2) await setImmediate();
            inFlight -= 1;
            return items.map((item) => `answer ${item}`);
          },
        });
        const calls: Promise<string>[] = [];
        for (const [item, pause] of pauses.entries()) {
          calls.push(shared.call(item));
          if (pause) await setImmediate();
        }
        assert.deepEqual(
          await Promise.all(calls),
          pauses.map((_, item) => `answer ${item}`),
        );
        assert.deepEqual(ran, [...pauses.keys()]);
        await shared.drain();
      },
    ),
    { numRuns: 100 },
  );
});
