import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/index.ts';
import { enrol } from './harness.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('the process starts from its environment and stops when it is told to', async (t) => {
  const { env } = await enrol(t);
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env, LZ_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (JSON.parse(line).msg === 'started') child.kill('SIGTERM');
  }
  assert.deepEqual(await exit, [0, null]);
});

test('every wrong name of the environment is told, and nothing starts', async (t) => {
  const { env } = await enrol(t);
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env, LZ_NODE: 'Shenzhen', LZ_MEMORY: '', LZ_INDEX_RATE: '0' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  let told = '';
  for await (const chunk of child.stderr) told += chunk;
  assert.deepEqual(await exit, [2, null]);
  for (const name of ['LZ_NODE', 'LZ_MEMORY', 'LZ_INDEX_RATE']) assert.match(told, new RegExp(name));
});

test('exactly one secret opens the keys', async (t) => {
  const { env } = await enrol(t);
  const passphraseFile = { LZ_KEY_PASSPHRASE_FILE: env.LZ_KEY_SECRET_FILE };
  assert.throws(() => readConfig({ ...env, ...passphraseFile }), { name: 'ConfigError' });
  assert.throws(() => readConfig({ ...env, LZ_KEY_SECRET_FILE: '' }), { name: 'ConfigError' });
  assert.equal(readConfig(env).secretFile, env.LZ_KEY_SECRET_FILE);
});
