import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBackoff, pause } from './backoff.ts';
import { startLoop } from './loop.ts';

/** Rounds as a queue: the test says when a round ends and how. */
function scripted() {
  const starts: (() => void)[] = [];
  const rounds: { signal: AbortSignal; end: PromiseWithResolvers<'again' | 'idle'> }[] = [];
  return {
    rounds,
    run(signal: AbortSignal) {
      const end = Promise.withResolvers<'again' | 'idle'>();
      rounds.push({ signal, end });
      starts.shift()?.();
      return end.promise;
    },
    async started(count: number) {
      while (rounds.length < count) await new Promise<void>((resolve) => starts.push(resolve));
      return rounds[count - 1]!;
    },
  };
}

const never = 2 ** 30;
const unexpected = (error: unknown) => assert.fail(String(error));

test('again runs at once, idle waits for a wake', async () => {
  const script = scripted();
  const loop = startLoop({ name: 'test', run: script.run, idleMs: never, onError: unexpected });
  (await script.started(1)).end.resolve('again');
  (await script.started(2)).end.resolve('idle');
  await new Promise(setImmediate);
  assert.equal(script.rounds.length, 2);
  loop.wake();
  (await script.started(3)).end.resolve('idle');
  await loop.stop();
});

test('a wake during a round means another round', async () => {
  const script = scripted();
  const loop = startLoop({ name: 'test', run: script.run, idleMs: never, onError: unexpected });
  const first = await script.started(1);
  loop.wake();
  first.end.resolve('idle');
  (await script.started(2)).end.resolve('idle');
  await loop.stop();
});

test('idle polls', async () => {
  const script = scripted();
  const loop = startLoop({ name: 'test', run: script.run, idleMs: 1, onError: unexpected });
  (await script.started(1)).end.resolve('idle');
  (await script.started(2)).end.resolve('idle');
  await loop.stop();
});

test('errors are reported and the loop goes on', async () => {
  const script = scripted();
  const errors: unknown[] = [];
  const loop = startLoop({
    name: 'relay',
    run: script.run,
    idleMs: never,
    onError: (error, name) => errors.push([name, (error as Error).message]),
    backoff: { minMs: 1, maxMs: 2 },
  });
  (await script.started(1)).end.reject(new Error('one'));
  (await script.started(2)).end.reject(new Error('two'));
  (await script.started(3)).end.resolve('idle');
  await loop.stop();
  assert.deepEqual(errors, [
    ['relay', 'one'],
    ['relay', 'two'],
  ]);
});

test('stop aborts the signal and waits for the round', async () => {
  const script = scripted();
  const loop = startLoop({ name: 'test', run: script.run, idleMs: never, onError: unexpected });
  const { signal, end } = await script.started(1);
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  if (!signal.aborted) await once(signal, 'abort');
  await new Promise(setImmediate);
  assert.equal(stopped, false);
  end.reject(new Error('aborted, as asked'));
  await stopping;
  assert.equal(script.rounds.length, 1);
});

test('pauses grow within their limits and begin anew', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 100, max: 9_000 }),
      fc.nat(60),
      (minMs, maxMs, n) => {
        const backoff = createBackoff({ minMs, maxMs });
        for (let i = 0; i < n; i += 1) {
          const ms = backoff.nextMs();
          assert.ok(ms >= Math.min(maxMs, minMs * 2 ** i) / 2 && ms <= maxMs);
        }
        backoff.reset();
        assert.ok(backoff.nextMs() <= minMs);
      },
    ),
  );
});

test('a pause ends at the abort', async () => {
  const stopping = new AbortController();
  const paused = pause(never, stopping.signal);
  stopping.abort();
  await paused;
  await pause(never, stopping.signal);
});
