import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Call, isMeshError } from '../src/index.ts';
import { aborted, connectEcho, type handlers, paths, startEcho } from './echo.ts';
import { openStream, rawClient, sendRaw } from './raw.ts';

const deadlinePassed = (error: unknown) => isMeshError(error, 'DEADLINE_EXCEEDED');

/** A `wait` that tells when it began and with what its signal was aborted. */
function watchedWait() {
  const entered = Promise.withResolvers<Call>();
  const ended = Promise.withResolvers<unknown>();
  const wait: typeof handlers.wait = async (_, call) => {
    entered.resolve(call);
    await aborted(call);
    ended.resolve(call.signal.reason);
    return {};
  };
  return { wait, entered: entered.promise, ended: ended.promise };
}

test('the server ends a call at its cap, whatever the client asked for', async (t) => {
  const { wait, entered, ended } = watchedWait();
  const { server, events } = await startEcho(t, { capMs: 100, handlers: { wait } });
  const begun = Date.now();
  await assert.rejects(connectEcho(t, server.address).wait({}, { deadlineMs: 60_000 }), deadlinePassed);
  assert.ok(Date.now() - begun < 5000);
  assert.ok((await entered).deadline.getTime() - begun < 2000);
  assert.ok(deadlinePassed(await ended));
  assert.deepEqual(
    events.map(({ code }) => code),
    ['DEADLINE_EXCEEDED'],
  );
});

test('the cap holds also where the client sent no deadline', async (t) => {
  const { server } = await startEcho(t, { capMs: 100 });
  await assert.rejects(sendRaw(rawClient(t, server.address), paths.wait, Buffer.alloc(0)), deadlinePassed);
});

test('a handler that minds no signal does not hold the answer', async (t) => {
  const release = Promise.withResolvers<void>();
  t.after(() => release.resolve());
  const wait = async () => {
    await release.promise;
    return {};
  };
  const { server } = await startEcho(t, { capMs: 100, handlers: { wait } });
  await assert.rejects(connectEcho(t, server.address).wait({}), deadlinePassed);
});

test('the client’s own deadline reaches the handler', async (t) => {
  const { wait, ended } = watchedWait();
  const { server } = await startEcho(t, { handlers: { wait } });
  await assert.rejects(connectEcho(t, server.address).wait({}, { deadlineMs: 100 }), deadlinePassed);
  assert.ok(deadlinePassed(await ended));
});

test('cancelling reaches the handler and rejects the call', async (t) => {
  const { wait, entered, ended } = watchedWait();
  const { server } = await startEcho(t, { handlers: { wait } });
  const stop = new AbortController();
  const waiting = connectEcho(t, server.address).wait({}, { signal: stop.signal });
  await entered;
  stop.abort();
  await assert.rejects(waiting, (error) => isMeshError(error, 'CANCELLED'));
  assert.ok(isMeshError(await ended, 'CANCELLED'));
});

test('a client that vanishes cancels what it asked for', async (t) => {
  const { wait, entered, ended } = watchedWait();
  const { server, events } = await startEcho(t, { handlers: { wait } });
  const stream = openStream(t, server.address, paths.wait, Buffer.alloc(0));
  stream.on('error', () => {});
  await entered;
  stream.session?.destroy();
  assert.ok(isMeshError(await ended, 'CANCELLED'));
  assert.deepEqual(
    events.map(({ code }) => code),
    ['CANCELLED'],
  );
});

test('a call that cannot succeed is not sent', async (t) => {
  const { server, events } = await startEcho(t);
  const client = connectEcho(t, server.address);
  await assert.rejects(client.wait({}, { signal: AbortSignal.abort() }), (error) =>
    isMeshError(error, 'CANCELLED'),
  );
  await assert.rejects(client.wait({}, { deadlineMs: 0 }), deadlinePassed);
  assert.equal(events.length, 0);
});

test('nothing listens at the address: UNAVAILABLE at once, or at the deadline when told to wait', async (t) => {
  const { server } = await startEcho(t);
  await server.stop({ graceMs: 0 });
  const client = connectEcho(t, server.address);
  await assert.rejects(client.wait({}), (error) => isMeshError(error, 'UNAVAILABLE'));
  await assert.rejects(client.wait({}, { waitForReady: true, deadlineMs: 200 }), deadlinePassed);
});
