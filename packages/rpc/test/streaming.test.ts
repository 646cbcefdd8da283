import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isMeshError } from '../src/index.ts';
import { CountRequest } from '../testdata/gen/lianzheng/test/v1/echo.ts';
import { aborted, connectEcho, paths, startEcho } from './echo.ts';
import { cancelCode, openStream } from './raw.ts';

test('a stream arrives whole and in order', async (t) => {
  const { server, events } = await startEcho(t);
  const indices: number[] = [];
  for await (const { index } of connectEcho(t, server.address).count({ count: 2000, size: 100 }))
    indices.push(index);
  assert.deepEqual(
    indices,
    Array.from({ length: 2000 }, (_, i) => i),
  );
  assert.deepEqual(
    events.map(({ code }) => code),
    ['OK'],
  );
});

test('what was sent before an error arrives before it', async (t) => {
  const { server } = await startEcho(t, {
    handlers: {
      async *count() {
        for (let index = 0; index < 10; index++) yield { index, payload: Buffer.alloc(10) };
        throw new Error('bug');
      },
    },
  });
  const seen: number[] = [];
  await assert.rejects(
    (async () => {
      for await (const { index } of connectEcho(t, server.address).count({ count: 10, size: 1 }))
        seen.push(index);
    })(),
    (error) => isMeshError(error, 'INTERNAL'),
  );
  assert.equal(seen.length, 10);
});

test('a slow reader slows the handler down; leaving the loop ends it', async (t) => {
  let made = 0;
  const left = Promise.withResolvers<unknown>();
  const size = 64 * 1024;
  const { server } = await startEcho(t, {
    handlers: {
      async *count(_, call) {
        try {
          while (!call.signal.aborted) yield { index: made++, payload: Buffer.alloc(size) };
        } finally {
          left.resolve(call.signal.reason);
        }
      },
    },
  });
  const reading = connectEcho(t, server.address).count({ count: 0, size: 0 })[Symbol.asyncIterator]();
  await reading.next();
  await settled(() => made);
  const buffered = made;
  assert.ok(buffered < 200, `${buffered} messages of 64 KiB were made for a reader of one`);
  for (let i = 0; i < 300; i++) await reading.next();
  assert.ok(made > 300);
  await reading.return?.();
  assert.ok(isMeshError(await left.promise, 'CANCELLED'));
});

test('a watch outlives the cap of other calls and ends at its own', async (t) => {
  const { server } = await startEcho(t, {
    capMs: 50,
    longLived: new Set([paths.watch]),
    longLivedCapMs: 400,
  });
  const begun = Date.now();
  const texts: string[] = [];
  await assert.rejects(
    (async () => {
      const watch = connectEcho(t, server.address).watch({}, { deadlineMs: Number.POSITIVE_INFINITY });
      for await (const { text } of watch) texts.push(text);
    })(),
    (error) => isMeshError(error, 'DEADLINE_EXCEEDED'),
  );
  assert.ok(Date.now() - begun >= 390);
  assert.deepEqual(texts, ['first']);
});

test('cancelling a watch reaches its handler', async (t) => {
  const ended = Promise.withResolvers<void>();
  const { server } = await startEcho(t, {
    handlers: {
      async *watch(_, call) {
        yield { text: 'first' };
        await aborted(call);
        ended.resolve();
      },
    },
  });
  const stop = new AbortController();
  await assert.rejects(
    (async () => {
      for await (const _ of connectEcho(t, server.address).watch({}, { signal: stop.signal })) stop.abort();
    })(),
    (error) => isMeshError(error, 'CANCELLED'),
  );
  await ended.promise;
});

test('a client that never reads loses its stream at the cap', async (t) => {
  const { server, events } = await startEcho(t, { capMs: 200 });
  const request = CountRequest.encode({ count: 10_000, size: 64 * 1024 }).finish();
  const stream = openStream(t, server.address, paths.count, request);
  const closed = new Promise<number>((resolve) => stream.on('close', () => resolve(stream.rstCode)));
  stream.on('error', () => {});
  stream.pause();
  assert.equal(await closed, cancelCode);
  assert.deepEqual(
    events.map(({ code }) => code),
    ['DEADLINE_EXCEEDED'],
  );
});

/** Waits until `value` stays the same. */
async function settled(value: () => number): Promise<void> {
  for (let last = -1; last !== value(); await setTimeout(100)) last = value();
}
