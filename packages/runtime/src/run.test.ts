import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { running } from './lifecycle.ts';

const index = new URL('./index.ts', import.meta.url).href;

/** A process of its own, since run() ends it; `body` is its start function. */
function program(body: string, env: Record<string, string> = {}) {
  const code = `
    import { readConfig, run, text } from ${JSON.stringify(index)};
    const spec = { node: text('LZ_NODE'), city: text('LZ_CITY') };
    await run(async () => { ${body} }, (env) => readConfig(env, spec), { specs: [spec] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { LZ_NODE: '440300', LZ_CITY: 'x', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), textOf(child.stderr)]).then(([[code], stderr]) => ({
    code,
    stderr,
  }));
  return { child, ended, stdout: child.stdout };
}

async function seen(stdout: Readable, pattern: RegExp): Promise<string> {
  let all = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    all += chunk;
    if (pattern.test(all)) return all;
  }
  return assert.fail(`${pattern} did not appear in:\n${all}`);
}

const idle = 'setInterval(() => {}, 1000);';

test('a wrong configuration ends with 2 and the whole list', async () => {
  const { code, stderr } = await program('', { LZ_NODE: '', LZ_CITY: '' }).ended;
  assert.equal(code, 2);
  assert.match(stderr, /LZ_NODE: 未设置[\s\S]*LZ_CITY: 未设置/);
});

test('SIGTERM stops cleanly; an unknown name was warned about', async () => {
  const { child, ended, stdout } = program(
    `${idle} return { stop: async () => console.log('stop called') };`,
    {
      LZ_CITTY: 'y',
    },
  );
  assert.match(await seen(stdout, /"started"/), /LZ_CITTY.*did you mean LZ_CITY/);
  child.kill('SIGTERM');
  await seen(stdout, /stop called[\s\S]*"stopped"/);
  assert.equal((await ended).code, 0);
});

test('a second signal forces', async () => {
  const { child, ended, stdout } = program(`${idle} return { stop: () => new Promise(() => {}) };`);
  await seen(stdout, /"started"/);
  child.kill('SIGINT');
  await seen(stdout, /"stopping"/);
  child.kill('SIGINT');
  assert.equal((await ended).code, 3);
});

test('an unhandled rejection is logged and ends with 1', async () => {
  const { ended, stdout } = program(
    `${idle} setImmediate(() => { Promise.reject(new Error('lost')); }); return { stop: async () => {} };`,
  );
  assert.match(await seen(stdout, /unhandled rejection/), /"message":"lost"/);
  assert.equal((await ended).code, 1);
});

test('a failing start ends with 1', async () => {
  const { ended, stdout } = program(`throw new Error('no port');`);
  assert.match(await seen(stdout, /start failed/), /no port/);
  assert.equal((await ended).code, 1);
});

test('parts are closed in reverse, once', async () => {
  const closed: string[] = [];
  const parts = new AsyncDisposableStack();
  for (const name of ['db', 'server']) parts.defer(() => void closed.push(name));
  const service = running(parts, { address: 'x:1' });
  await Promise.all([service.stop(), service.stop()]);
  assert.deepEqual([service.address, closed], ['x:1', ['server', 'db']]);
});
