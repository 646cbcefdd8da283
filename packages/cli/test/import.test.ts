import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { unavailable } from '@lianzheng/rpc';
import { lz, spawnLz } from './lz.ts';
import { startStandIn } from './stand-in.ts';

const ROWS = 5_500;
const isBad = (row: number) => row % 1_000 === 7;
const unreadable = 2_222;

async function office(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'lz-cli-'));
  const issuance = await startStandIn(dir);
  t.after(async () => {
    await issuance.stop();
    await rm(dir, { recursive: true });
  });
  const file = join(dir, 'stock.csv');
  const cells = (row: number) =>
    row === unreadable ? 't,1,2,3' : `t,${isBad(row) ? 'bad' : ''}${row},11440100YH00010374`;
  const rows = Array.from({ length: ROWS }, (_, row) => `${cells(row)}\n`);
  await writeFile(file, `ZZLXDM,ZZBH,ZZBFJGDM\n${rows.join('')}`);
  const args = ['import', file, '--case', 'c', '--officer', 'o', ...issuance.args];
  const result = async () => (await readFile(`${file}.result.csv`, 'utf8')).trim().split('\r\n').slice(1);
  return { issuance, file, args, result };
}

/** Line of the file, column, reason: of each failed row once. */
const failedLines = [
  ...Array.from({ length: ROWS }, (_, row) => row).filter((row) => isBad(row) || row === unreadable),
].map((row) => (row === unreadable ? `${row + 2},,` : `${row + 2},ZZBH,不行`));

function assertWhole(taken: { line: number }[], result: readonly string[]): void {
  assert.deepEqual(
    taken.map(({ line }) => line),
    Array.from({ length: ROWS }, (_, row) => row + 2),
  );
  assert.deepEqual(
    result.map((line, i) => line.startsWith(failedLines[i] ?? '?')),
    failedLines.map(() => true),
  );
}

test('a file is imported; what failed stands in the result file', async (t) => {
  const { issuance, args, result } = await office(t);
  const { code, stdout, stderr } = await lz([...args, '--json']);
  assert.equal(code, 1, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    job: { jobId: 'job-1', rowsTaken: '5500', issued: '5493', failed: '7', finished: true },
  });
  assertWhole(issuance.taken, await result());

  const again = await lz(args);
  assert.deepEqual([again.code, /imported before/.test(again.stderr)], [1, true]);
  assert.equal(issuance.taken.length, ROWS);
});

test('answers that are lost are asked for again', async (t) => {
  const { issuance, args, result } = await office(t);
  let calls = 0;
  issuance.onBatch = (when) => {
    calls += 1;
    if (calls % 3 === 0) throw unavailable('LOST', `lost ${when}`);
  };
  const { code, stderr } = await lz(args);
  assert.equal(code, 1, stderr);
  assertWhole(issuance.taken, await result());
});

test('a batch that overtakes the one before waits for it', async (t) => {
  const { issuance, args, result } = await office(t);
  const overtaken = new Set<bigint>();
  issuance.onBatch = async (when, { firstRow }) => {
    if (when !== 'before' || firstRow % 2_000n !== 0n || overtaken.has(firstRow)) return;
    overtaken.add(firstRow);
    await delay(50);
  };
  assert.equal((await lz(args)).code, 1);
  assert.equal(overtaken.size, 3);
  assertWhole(issuance.taken, await result());
});

for (const when of ['before', 'after'] as const) {
  test(`killed −9 ${when} a batch is taken, it goes on where it stood`, async (t) => {
    const { issuance, args, result } = await office(t);
    const held = Promise.withResolvers<void>();
    issuance.onBatch = async (at, { firstRow }) => {
      if (at !== when || firstRow !== 3_000n) return;
      held.resolve();
      await new Promise(() => {});
    };
    const child = spawnLz(args);
    await held.promise;
    // Several batches are under way at once: the answer to the one before must have arrived.
    await delay(500);
    child.kill('SIGKILL');
    await once(child, 'close');
    const asked: bigint[] = [];
    issuance.onBatch = (at, { firstRow }) => void (at === 'before' && asked.push(firstRow));
    const { code, stderr } = await lz(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /从第 3,001 行继续/);
    assert.deepEqual(asked, [3_000n, 4_000n, 5_000n]);
    assertWhole(issuance.taken, await result());
  });
}

test('resumed without its journal it asks again what failed', async (t) => {
  const { issuance, file, args, result } = await office(t);
  issuance.onBatch = (_, { firstRow }) => {
    if (firstRow === 4_000n) throw unavailable('AWAY', 'away');
  };
  const stopped = await lz([...args, '--patience', '0']);
  assert.deepEqual([stopped.code, /run it again/.test(stopped.stderr)], [3, true], stopped.stderr);
  await rm(`${file}.result.csv.part`);
  issuance.onBatch = () => {};
  assert.equal((await lz(args)).code, 1);
  assertWhole(issuance.taken, await result());
});

test('a journal that a kill cut short is gone on with', async (t) => {
  const { issuance, file, args, result } = await office(t);
  issuance.onBatch = (_, { firstRow }) => {
    if (firstRow === 4_000n) throw unavailable('AWAY', 'away');
  };
  await lz([...args, '--patience', '0']);
  const journal = await readFile(`${file}.result.csv.part`);
  await writeFile(`${file}.result.csv.part`, journal.subarray(0, journal.length - 20));
  issuance.onBatch = () => {};
  assert.equal((await lz(args)).code, 1);
  assertWhole(issuance.taken, await result());
});

test('progress is told in plain lines where there is no terminal', async (t) => {
  const { args } = await office(t);
  const { stderr } = await lz(args);
  assert.match(stderr, /导入 import {2}100\.0 % {2}5,500 \/ 5,500 行 rows/);
  assert.doesNotMatch(stderr, /\u001b|\r/);
});
