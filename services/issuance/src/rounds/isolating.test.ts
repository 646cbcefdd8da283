import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unavailable } from '@lianzheng/rpc/errors';
import { isolating } from './isolating.ts';

const failing = (bad: number, error: Error) => async (items: number[]) => {
  if (items.includes(bad)) throw error;
  return items.map((item) => item * 10);
};

test('a round that fails is run again item by item: only the bad one fails', async () => {
  const error = new Error('constraint');
  assert.deepEqual(await isolating(failing(2, error))([1, 2, 3]), [10, error, 30]);
  assert.deepEqual(await isolating(failing(9, error))([1, 2, 3]), [10, 20, 30]);
});

test('when a service is away all fail at once', async () => {
  let runs = 0;
  const run = isolating<number, number>(async () => {
    runs += 1;
    throw unavailable('AWAY', '不在 / away');
  });
  await assert.rejects(run([1, 2, 3]), { code: 'UNAVAILABLE' });
  assert.equal(runs, 1);
});
