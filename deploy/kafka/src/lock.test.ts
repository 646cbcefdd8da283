import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { withLock } from './lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'lz-lock-test-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('one at a time, and a failure gives the lock back', async () => {
  const file = join(dir, 'lock');
  let inside = 0;
  const work = async () => {
    inside += 1;
    assert.equal(inside, 1);
    await setImmediate();
    inside -= 1;
  };
  await assert.rejects(
    withLock(file, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
});

test('the lock of a process that died is taken over', async () => {
  const file = join(dir, 'stale');
  const { pid } = spawnSync('true');
  writeFileSync(file, String(pid));
  assert.equal(await withLock(file, async () => 'mine'), 'mine');
});
