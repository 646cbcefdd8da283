import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLost } from './flow-state.ts';

const at = (ms: number, state: string) => ({
  connector: 'MirrorSourceConnector',
  task: 0,
  trace: undefined,
  state,
  at: new Date(ms),
});

test('a failed part is lost at once, but not when an earlier process said so', () => {
  assert.equal(isLost(at(1_000, 'FAILED'), 1_000, 1_000), true);
  assert.equal(isLost(at(999, 'FAILED'), 1_000, 1_000), false);
});

test('a part without a worker is lost after half a minute, a running one never', () => {
  assert.equal(isLost(at(1_000, 'UNASSIGNED'), 0, 31_000), false);
  assert.equal(isLost(at(1_000, 'UNASSIGNED'), 0, 31_001), true);
  assert.equal(isLost(at(1_000, 'RUNNING'), 0, 9_999_999), false);
});
