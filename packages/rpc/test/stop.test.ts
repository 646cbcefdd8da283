import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMeshError } from '../src/index.ts';
import { connectEcho, emptyEcho, paths, startEcho } from './echo.ts';

test('stop lets a call under way finish and takes no new one', async (t) => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { server } = await startEcho(t, {
    handlers: {
      wait: async () => {
        entered.resolve();
        await release.promise;
        return {};
      },
    },
  });
  const client = connectEcho(t, server.address);
  const waiting = client.wait({});
  await entered.promise;
  const stopped = server.stop({ graceMs: 10_000 });
  await assert.rejects(connectEcho(t, server.address).echo(emptyEcho), (error) =>
    isMeshError(error, 'UNAVAILABLE'),
  );
  release.resolve();
  assert.deepEqual(await waiting, {});
  await stopped;
});

test('stop ends watches at once', async (t) => {
  const { server } = await startEcho(t, { longLived: new Set([paths.watch]) });
  const begun = Date.now();
  let stopped: Promise<void> | undefined;
  await assert.rejects(
    (async () => {
      for await (const _ of connectEcho(t, server.address).watch({}))
        stopped = server.stop({ graceMs: 20_000 });
    })(),
    (error) => isMeshError(error, 'UNAVAILABLE') && error.reason === 'SERVER_STOPPING',
  );
  await stopped;
  assert.ok(Date.now() - begun < 10_000);
});

test('what has not finished after the grace is aborted, also a handler that minds nothing', async (t) => {
  const entered = Promise.withResolvers<void>();
  const never = new Promise<never>(() => {});
  const { server, events } = await startEcho(t, {
    handlers: {
      wait: () => {
        entered.resolve();
        return never;
      },
    },
  });
  const waiting = connectEcho(t, server.address).wait({});
  const refused = assert.rejects(
    waiting,
    (error) =>
      isMeshError(error, 'UNAVAILABLE') &&
      error.reason === 'SERVER_STOPPING' &&
      error.details.retryAfterMs === 1000,
  );
  await entered.promise;
  await Promise.all([server.stop({ graceMs: 50 }), server.stop()]);
  await refused;
  assert.deepEqual(
    events.map(({ reason }) => reason),
    ['SERVER_STOPPING'],
  );
});

test('a port that is taken is an error of start', async (t) => {
  const { server } = await startEcho(t);
  await assert.rejects(startEcho(t, { address: server.address }), /EADDRINUSE|No address added/);
});
