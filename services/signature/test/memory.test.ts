import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LastSignedState } from '@lianzheng/proto/signature/v1/signature';
import { begun, callerOf, enrol, type Home, node, serve, serving } from './harness.ts';
import { historyOf } from './history.ts';

const log = { node, log: 'status', generation: 0 };
const fileOf = (home: Home) => join(home.env.LZ_MEMORY!, `lianzheng.${node}.status.1.memory`);

/** The service in a process of its own; resolves with its address once it serves. */
async function serveApart(t: TestContext, { env }: Home) {
  const main = fileURLToPath(new URL('./serve-apart.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) return { child, exit, address: line };
  throw new Error('the service ended before it served');
}

test('kill -9 in the middle: what left is remembered, and nothing else can be signed', async (t) => {
  const home = await enrol(t);
  const history = await historyOf('true', 400);
  const { child, exit, address } = await serveApart(t, home);
  const client = await callerOf(t, { address }, 'issuance');
  let answered = 0;
  try {
    for (let size = 1; size <= 400; size += 1) {
      await client.signCheckpoint(await history.request(size, answered));
      answered = size;
      // Later calls are under way when it dies.
      if (size === 40) setTimeout(() => child.kill('SIGKILL'), 3);
    }
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'UNAVAILABLE');
  }
  await exit;
  assert.ok(answered >= 40 && answered < 400, `answered ${answered}`);

  const again = await callerOf(t, await serve(t, home), 'issuance');
  const { state, size } = await again.getLastSigned({ log });
  assert.equal(state, LastSignedState.KNOWN);
  const remembered = Number(size);
  assert.ok(
    remembered === answered || remembered === answered + 1,
    `answered ${answered}, has ${remembered}`,
  );
  const other = await historyOf('other', 400);
  await assert.rejects(again.signCheckpoint(await other.request(answered, answered)), {
    code: 'FAILED_PRECONDITION',
  });
  await again.signCheckpoint(await history.request(400, remembered));
});

test('one process holds the memory', async (t) => {
  const home = await enrol(t);
  await serve(t, home);
  await assert.rejects(serve(t, home), { name: 'KeystoreError', code: 'refused' });
});

test('a wrong secret does not start', async (t) => {
  const home = await enrol(t);
  await writeFile(home.env.LZ_KEY_SECRET_FILE!, Buffer.alloc(32));
  await assert.rejects(serve(t, home), { name: 'KeystoreError', code: 'secret' });
});

test('a missing or damaged file is a loss; only an own checkpoint restores it, and never back', async (t) => {
  const home = await enrol(t);
  const history = await historyOf('true', 30);
  const first = await serve(t, home);
  const before = await callerOf(t, first, 'issuance');
  const notes = new Map<number, Buffer>();
  for (const [size, from] of [
    [10, 0],
    [20, 10],
    [30, 20],
  ] as const) {
    notes.set(size, (await before.signCheckpoint(await history.request(size, from))).checkpoint);
  }
  await first.stop();
  for (const lose of [() => rm(fileOf(home)), () => writeFile(fileOf(home), 'junk')]) {
    await lose();
    const service = await serve(t, home);
    const client = await callerOf(t, service, 'issuance');
    assert.equal((await client.getLastSigned({ log })).state, LastSignedState.LOST);
    const lost = { code: 'FAILED_PRECONDITION', reason: 'MEMORY_LOST' };
    await assert.rejects(client.signCheckpoint(await history.request(30, 20)), lost);
    await assert.rejects(client.signCheckpoint(await history.request(1, 0)), lost);

    await client.restoreLastSigned({ checkpoint: notes.get(20)! });
    assert.equal((await client.getLastSigned({ log })).size, 20n);
    await client.restoreLastSigned({ checkpoint: notes.get(30)! });
    await client.restoreLastSigned({ checkpoint: notes.get(30)! });
    await assert.rejects(client.restoreLastSigned({ checkpoint: notes.get(20)! }), {
      reason: 'MEMORY_SMALLER',
    });
    const { size, root, time } = await client.getLastSigned({ log });
    assert.deepEqual([size, root, time], [30n, await history.root(30), new Date(begun.getTime() + 30_000)]);
    await service.stop();
  }
});

test('a file that is removed under the running service is a loss at once', async (t) => {
  const { client, home } = await serving(t, 'issuance');
  const history = await historyOf('true', 3);
  await client.signCheckpoint(await history.request(1, 0));
  await rm(fileOf(home));
  await assert.rejects(client.signCheckpoint(await history.request(2, 1)), { reason: 'MEMORY_LOST' });
  assert.equal((await client.getLastSigned({ log })).state, LastSignedState.LOST);
});

test('only a checkpoint with our own signature restores', async (t) => {
  const stranger = await serving(t, 'issuance');
  const { client, service } = await serving(t, 'issuance');
  const history = await historyOf('true', 5);
  const { checkpoint: foreign } = await stranger.client.signCheckpoint(await history.request(5, 0));
  const refused = { code: 'INVALID_ARGUMENT', reason: 'CHECKPOINT_REFUSED' };
  await assert.rejects(client.restoreLastSigned({ checkpoint: foreign }), refused);
  await assert.rejects(client.restoreLastSigned({ checkpoint: Buffer.from('junk') }), refused);
  const { checkpoint } = await client.signCheckpoint(await history.request(5, 0));
  const changed = Buffer.from(checkpoint.toString().replace('\n5\n', '\n6\n'));
  await assert.rejects(client.restoreLastSigned({ checkpoint: changed }), refused);
  const catalog = await callerOf(t, service, 'catalog');
  await assert.rejects(catalog.restoreLastSigned({ checkpoint }), { reason: 'NOT_YOUR_LOG' });
});

test('the memory of one log says nothing about another', async (t) => {
  const { client, home, service } = await serving(t, 'issuance');
  await rm(fileOf(home));
  const catalog = await callerOf(t, service, 'catalog');
  const history = await historyOf('catalogue', 3, 'catalog');
  await catalog.signCheckpoint(await history.request(3, 0));
  assert.equal((await client.getLastSigned({ log })).state, LastSignedState.LOST);
  assert.ok((await readFile(join(home.env.LZ_MEMORY!, `lianzheng.${node}.catalog.1.memory`))).length > 0);
});
