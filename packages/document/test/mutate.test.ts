import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutate } from '../mutate/run.ts';

test('no change of a sealed document is accepted, and none makes the check throw or hang', async () => {
  const { mutated, refused, same, wronglyAccepted, slowestMs } = await mutate(6_000, 1_000_000);
  assert.deepEqual(wronglyAccepted, []);
  assert.equal(mutated, 6_000);
  // Packed again, or changed where nothing stands: a handful of kinds, not most.
  assert.ok(refused > 5_000 && same > 100, `${refused} refused, ${same} the same`);
  assert.ok(slowestMs < 5_000, `${slowestMs} ms`);
});
