import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { writeFolder } from '../src/log/folder.ts';
import { openSnapshotFile, writeSnapshot } from '../src/snapshot/file.ts';
import { offersOf } from '../src/snapshot/offers.ts';
import { chunksOf, fixtureLog, noteSize } from './log-fixture.ts';
import { lz } from './lz.ts';

let dir: string;
const log = await fixtureLog(70_000 / 100, 50);
const keysFile = () => join(dir, 'keys.json');

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-cli-'));
  await writeFile(keysFile(), JSON.stringify([LogKey.toJSON(log.key)]));
});
after(() => rm(dir, { recursive: true }));

async function exported(name: string): Promise<string> {
  const folder = join(dir, name);
  const { size } = await writeFolder(folder, chunksOf(log, noteSize), [log.key]);
  assert.equal(size, log.entries.length);
  return folder;
}

test('an exported log is checked without any node', async () => {
  const folder = await exported('good');
  const { code, stdout } = await lz(['log', 'check', folder, '--keys', keysFile(), '--json']);
  const report = JSON.parse(stdout);
  assert.deepEqual(
    [code, report.ok, report.size, report.origin],
    [0, true, 700, 'lianzheng/440100/status/1'],
  );
  assert.equal(report.checkpoints, 15);

  const trusting = await lz(['log', 'check', folder]);
  assert.deepEqual([trusting.code, /the keys come from what is checked/.test(trusting.stderr)], [0, true]);
  const lines = await readFile(join(folder, 'keys.txt'), 'utf8');
  const verifiers = join(dir, 'keys.txt');
  await writeFile(verifiers, lines);
  assert.equal((await lz(['log', 'check', folder, '--keys', verifiers])).code, 0);
});

test('keys of another log do not verify it', async () => {
  const folder = await exported('stranger');
  const stranger = await fixtureLog(1);
  const keys = join(dir, 'stranger.json');
  await writeFile(keys, JSON.stringify([LogKey.toJSON(stranger.key)]));
  const { code, stdout } = await lz(['log', 'check', folder, '--keys', keys]);
  assert.deepEqual([code, /no signature by a known key/.test(stdout)], [1, true], stdout);
});

const damages: [string, (folder: string) => Promise<unknown>, number, RegExp][] = [
  [
    'a changed entry',
    (folder) => flip(join(folder, 'tile/entries/001'), 700),
    1,
    /root mismatch|tile\/0\/001/,
  ],
  ['a changed tile', (folder) => flip(join(folder, 'tile/0/000'), 5), 1, /tile\/0\/000 与条目不符/],
  [
    'a missing partial tile',
    (folder) => unlink(join(folder, 'tile/1/000.p/2')),
    1,
    /缺少 tile\/1\/000\.p\/2/,
  ],
  [
    'a missing bundle',
    (folder) => unlink(join(folder, 'tile/entries/002.p/188')),
    2,
    /entries\/002\.p\/188 文件或文件夹不存在/,
  ],
  ['a missing kept checkpoint', dropLine, 1, /follows/],
  [
    'a broken list of checkpoints',
    (folder) => appendFile(join(folder, 'checkpoints.jsonl'), '{'),
    2,
    /不是有效的 JSON/,
  ],
];

for (const [name, damage, wanted, told] of damages) {
  test(`found in an exported log: ${name}`, async () => {
    const folder = await exported(name.replaceAll(' ', '-'));
    await damage(folder);
    const { code, stdout, stderr } = await lz(['log', 'check', folder, '--keys', keysFile()]);
    assert.match(stdout + stderr, told);
    assert.equal(code, wanted);
    assert.doesNotMatch(stderr, /internal error/);
  });
}

test('an export of another implementation has its newest checkpoint only', async () => {
  const folder = await exported('foreign');
  await unlink(join(folder, 'checkpoints.jsonl'));
  assert.equal((await lz(['log', 'check', folder, '--keys', keysFile()])).code, 0);
});

async function saved(name: string): Promise<string> {
  const file = join(dir, name);
  const header = {
    log: { node: '440100', log: 'status', generation: 1 },
    from: '440300',
    madeAt: '2026-03-01',
  };
  await writeSnapshot(file, header, chunksOf(log, noteSize));
  return file;
}

test('a snapshot file holds the log and is checked without any node', async () => {
  const file = await saved('log.lzsnap');
  const snapshot = await openSnapshotFile(file);
  const sequences: bigint[] = [];
  for await (const { entries } of snapshot.chunks())
    sequences.push(...entries.map(({ sequence }) => sequence));
  await snapshot.close();
  assert.deepEqual(
    [snapshot.header.from, snapshot.header.log.node, sequences.length],
    ['440300', '440100', 700],
  );
  const { code, stdout } = await lz(['log', 'check', file, '--keys', keysFile(), '--json']);
  assert.deepEqual([code, JSON.parse(stdout).holders.matched], [0, 700]);
  assert.equal((await lz(['log', 'check', file])).code, 2, 'a snapshot brings no keys of its own');
});

test('a damaged snapshot file is refused, wherever the damage is', async () => {
  const file = await saved('damaged.lzsnap');
  const whole = await readFile(file);
  const broken = join(dir, 'broken.lzsnap');
  const start = whole.indexOf(0x0a, 21) + 1;
  const steps = Math.ceil((whole.length - start) / 60);
  for (let at = start; at < whole.length; at += steps) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 0x10;
    for (const bytes of [changed, whole.subarray(0, at)]) {
      await writeFile(broken, bytes);
      await assert.rejects(readAll(broken), { name: 'CheckFailed' }, `byte ${at}`);
    }
  }
  await writeFile(broken, Buffer.concat([whole, Buffer.from('x')]));
  await assert.rejects(readAll(broken), { name: 'CheckFailed' });
  const { code, stderr } = await lz(['log', 'check', broken, '--keys', keysFile()]);
  assert.deepEqual([code, /损坏或不完整/.test(stderr)], [1, true], stderr);
});

async function readAll(file: string): Promise<number> {
  const snapshot = await openSnapshotFile(file);
  let count = 0;
  try {
    for await (const { entries } of snapshot.chunks()) count += entries.length;
  } finally {
    await snapshot.close();
  }
  return count;
}

test('what is offered to a node begins where it stands, in messages that end at checkpoints', async () => {
  const offers = await collected(offersOf(chunksOf(log, noteSize), 130));
  const sequences = offers.flatMap(({ entries }) => entries.map(({ sequence }) => Number(sequence)));
  assert.deepEqual(
    sequences,
    Array.from({ length: 570 }, (_, i) => 130 + i),
  );
  assert.ok(offers.every(({ checkpoints }) => checkpoints.length > 0));
  const sizes = offers.flatMap(({ checkpoints }) => checkpoints.map(noteSize));
  assert.equal(Math.min(...sizes), 150);
});

test('a segment that no message can hold is cut', async () => {
  const large = log.entries.map((entry) => ({ ...entry, leaf: Buffer.alloc(10_000) }));
  const checkpoints = [log.checkpoints.at(-2)!];
  const offers = await collected(offersOf(chunksOf({ entries: large, checkpoints }, noteSize), 0));
  assert.ok(offers.length >= 3);
  for (const { entries } of offers)
    assert.ok(entries.reduce((sum, { leaf }) => sum + leaf.length, 0) <= 3 << 20);
  assert.equal(offers.at(-1)!.checkpoints.length, 1);
  assert.equal(offers.flatMap(({ entries }) => entries).length, 700);
});

test('identifiers are made and checked', async () => {
  const made = await lz([
    'identifier',
    'make',
    '--type',
    '11440100YH00010374001',
    '--issuer',
    '11440100YH00010374',
    '--serial',
    'A1',
    '--json',
  ]);
  const { identifier } = JSON.parse(made.stdout);
  const checked = await lz(['identifier', 'check', identifier, '--json']);
  assert.deepEqual([made.code, checked.code, JSON.parse(checked.stdout).serial], [0, 0, 'A1']);
  const wrong = `${identifier.slice(0, -1)}${identifier.endsWith('0') ? '1' : '0'}`;
  const refused = await lz(['identifier', 'check', wrong, '--json']);
  assert.deepEqual([refused.code, JSON.parse(refused.stdout).valid], [1, false]);
});

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
}

async function dropLine(folder: string): Promise<void> {
  const file = join(folder, 'checkpoints.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, lines.toSpliced(4, 1).join('\n'));
}
