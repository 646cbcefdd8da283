import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bind, type Call, type CallEvent, isMeshError } from '../src/index.ts';
import { EchoServiceService } from '../testdata/gen/lianzheng/test/v1/echo.ts';
import { issuingUri } from './certificates.ts';
import { aborted, connectEcho, emptyEcho, handlers, startEcho } from './echo.ts';

const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a unary call answers, knows its caller and is reported once', async (t) => {
  const { server, events } = await startEcho(t);
  const client = connectEcho(t, server.address);
  const at = new Date('2026-03-01T08:00:00.123Z');
  const payload = Buffer.from([0, 255, 10]);
  const answer = await client.echo({ ...emptyEcho, text: '证照𠮷', payload, number: 2n ** 60n, at });
  assert.deepEqual(
    [answer.text, answer.payload, answer.number, answer.at, answer.caller],
    ['证照𠮷', payload, 2n ** 60n, at, issuingUri],
  );
  assert.equal(events.length, 1);
  const [event] = events;
  assert.deepEqual(
    [event?.code, event?.caller?.uri, event?.path],
    ['OK', issuingUri, EchoServiceService.echo.path],
  );
  assert.ok(event!.durationMs > 0);
});

test('traceparent and request id travel; without a request id the call has its own', async (t) => {
  const { server } = await startEcho(t);
  const client = connectEcho(t, server.address);
  const given = await client.echo(emptyEcho, { traceparent: trace, requestId: 'req-1' });
  assert.deepEqual([given.traceparent, given.requestId], [trace, 'req-1']);
  const [one, other] = await Promise.all([client.echo(emptyEcho), client.echo(emptyEcho)]);
  assert.equal(one.traceparent, '');
  assert.ok(one.requestId.length > 16 && one.requestId !== other.requestId);
});

test('a traceparent or request id of another form is dropped', async (t) => {
  const { server } = await startEcho(t);
  const client = connectEcho(t, server.address);
  const answer = await client.echo(emptyEcho, { traceparent: `${trace}-more`, requestId: 'x'.repeat(129) });
  assert.equal(answer.traceparent, '');
  assert.notEqual(answer.requestId, 'x'.repeat(129));
});

test('listeners on both sides give the call its own span', async (t) => {
  const serverSpan = trace.replace('b7ad', 'aaaa');
  const clientSpan = trace.replace('b7ad', 'bbbb');
  const seen: string[] = [];
  const { server, events } = await startEcho(t, {
    onCallStart({ traceparent }) {
      seen.push(`server ${traceparent}`);
      return serverSpan;
    },
  });
  const client = connectEcho(t, server.address, {
    onCallStart({ traceparent }) {
      seen.push(`client ${traceparent}`);
      return clientSpan;
    },
    onCall: ({ traceparent, code }) => seen.push(`client ended ${code} ${traceparent}`),
  });
  const answer = await client.echo(emptyEcho, { traceparent: trace });
  assert.equal(answer.traceparent, serverSpan);
  assert.equal(events[0]?.traceparent, serverSpan);
  assert.deepEqual(seen, [`client ${trace}`, `server ${clientSpan}`, `client ended OK ${clientSpan}`]);
});

test('a call made within a call inherits trace, request id, deadline and cancellation', async (t) => {
  const inner: Call[] = [];
  const innerEvents: CallEvent[] = [];
  const back = await startEcho(t, {
    onCall: (event) => innerEvents.push(event),
    handlers: {
      wait: async (_, call) => {
        inner.push(call);
        entered.resolve();
        await aborted(call);
        gone.resolve(call.signal.reason);
        throw call.signal.reason;
      },
    },
  });
  const entered = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<unknown>();
  const toBack = connectEcho(t, back.server.address);
  const outer: Call[] = [];
  const front = await startEcho(t, {
    handlers: {
      wait: (request, call) => {
        outer.push(call);
        return toBack.wait(request, { parent: call });
      },
    },
  });
  const client = connectEcho(t, front.server.address);
  const stop = new AbortController();
  const waiting = client.wait(
    {},
    { traceparent: trace, requestId: 'chain', deadlineMs: 5000, signal: stop.signal },
  );
  await entered.promise;
  stop.abort();
  await assert.rejects(waiting, (error) => isMeshError(error, 'CANCELLED'));
  assert.ok(isMeshError(await gone.promise, 'CANCELLED'));
  assert.deepEqual([inner[0]?.traceparent, inner[0]?.requestId], [trace, 'chain']);
  // Deadlines travel as a rest of time, so they agree but for the time on the way.
  const drift = inner[0]!.deadline.getTime() - outer[0]!.deadline.getTime();
  assert.ok(Math.abs(drift) < 500, `drift ${drift}`);
});

test('a handler that is missing does not compile', () => {
  const { echo: _, ...rest } = handlers;
  // @ts-expect-error echo is missing
  bind(EchoServiceService, rest);
  // @ts-expect-error an answer of another type
  bind(EchoServiceService, { ...handlers, echo: async () => ({ text: 1 }) });
});

test('two services with the same method are refused at start', async (t) => {
  const twice = [bind(EchoServiceService, handlers), bind(EchoServiceService, handlers)];
  await assert.rejects(startEcho(t, { services: twice }), /bound twice/);
});
