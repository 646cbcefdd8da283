import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../src/index.ts';
import { launcher, lz } from './lz.ts';

/** Issue 3, "scripts/lz". */
const WANTED = [
  ...['node init', 'node bundle', 'node status', 'links'],
  ...['issue', 'change', 'renew', 'suspend', 'resume', 'cancel', 'revoke', 'void'],
  ...['import', 'verify', 'find'],
  ...['log show', 'log prove', 'log check', 'log export'],
  ...['snapshot save', 'snapshot load'],
  'document verify',
  ...['identifier check', 'identifier make', 'generate stock'],
];
const CHINESE = /\p{Script=Han}/u;

test('every command of the issue is there', () => {
  const names = commands.map(({ name }) => name);
  assert.deepEqual(
    WANTED.filter((name) => !names.includes(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length);
});

test('every command and every option has help in Chinese and English', async () => {
  for (const { name, words, load } of commands) {
    const { options, positionals } = await load();
    const all = [
      words,
      ...Object.values(options).map((one) => one.words),
      ...positionals.map((one) => one.words),
    ];
    for (const [zh, en] of all) {
      assert.match(zh, CHINESE, `${name}: ${zh}`);
      assert.match(en, /^[\x20-\x7e…–]+$/, `${name}: ${en}`);
    }
    assert.ok('json' in options || name === 'generate stock', `${name} has --json`);
  }
});

test('--help of every command, as a process', { concurrency: 4 }, async (t) => {
  await Promise.all(
    commands.map(({ name, words: [zh] }) =>
      t.test(name, async () => {
        const { code, stdout, stderr } = await lz([...name.split(' '), '--help']);
        assert.deepEqual([code, stderr], [0, '']);
        assert.ok(stdout.startsWith(zh));
        assert.match(stdout, /选项 \/ options:/);
      }),
    ),
  );
});

test('the table of contents', async () => {
  const { code, stdout } = await lz(['--help']);
  assert.equal(code, 0);
  for (const { name } of commands) assert.ok(stdout.includes(`\n  ${name} `), name);
  assert.equal((await lz([])).code, 2);
  assert.match((await lz(['node', '--help'])).stdout, /node bundle/);
});

test('works through a symbolic link', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'lz-cli-'));
  t.after(() => rm(dir, { recursive: true }));
  await symlink(launcher, join(dir, 'lz'));
  const { code, stdout } = await lz(['--help'], { cwd: dir, env: { PATH: `${dir}:${process.env.PATH}` } });
  assert.equal(code, 0);
  assert.match(stdout, /联证命令行/);
});
