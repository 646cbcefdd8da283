import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { pause } from '../backoff.ts';
import { recordingTracing } from './exporting.ts';
import {
  clientCalls,
  createTelemetry,
  formatTraceparent,
  measureProcess,
  type ProcessTelemetry,
  parseTraceparent,
  serveMetrics,
  serverCalls,
  sharedSpan,
  silentTelemetry,
  type Telemetry,
  withTelemetry,
} from './index.ts';

const unexpected = (error: unknown) => assert.fail(String(error));
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const about = { service: 'issuance', node: '440300' };

test('the endpoint speaks Prometheus, with service, node and bound labels', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  const issued = telemetry.counter('lz_issued', 'Licences issued.').with({ result: 'ok' });
  issued.add(2);
  telemetry.counter('lz_issued', 'Licences issued.').with({ result: 'ok' }).add();
  telemetry.telemetryFor('audit').counter('lz_issued', 'Licences issued.').add();
  telemetry.histogram('lz_call_ms', 'Duration of a call.', [1, 10]).record(5);
  telemetry.gauge('lz_behind', 'Entries behind.', async () => [{ value: 7, labels: { owner: '440100' } }]);
  const server = await serveMetrics(telemetry, { port: 0, onError: unexpected });
  const ask = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  const response = await ask('/metrics');
  const lines = (await response.text()).split('\n');
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  for (const line of [
    'lz_issued_total{service="issuance",result="ok",node="440300"} 3',
    'lz_issued_total{service="audit",node="440300"} 1',
    'lz_call_ms_bucket{service="issuance",node="440300",le="10"} 1',
    'lz_behind{service="issuance",owner="440100",node="440300"} 7',
    '# TYPE lz_issued_total counter',
  ]) {
    assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`);
  }
  assert.equal((await ask('/')).status, 404);
  await server.stop();
  await telemetry.close();
});

test('a gauge that cannot be measured leaves the others alone', async () => {
  const errors: unknown[] = [];
  const telemetry = await createTelemetry({ ...about, onError: (error) => errors.push(error) });
  telemetry.gauge('lz_bad', 'Fails.', () => Promise.reject(new Error('database away')));
  telemetry.gauge('lz_good', 'Works.', () => [{ value: 1 }]);
  assert.match(await telemetry.prometheusText(), /^lz_good\{.*\} 1$/m);
  assert.equal(errors.length, 1);
  await telemetry.close();
});

test('what is read together is asked once a scrape; services of one process share a name', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  let asked = 0;
  for (const [index, service] of ['issuance', 'audit'].entries()) {
    telemetry
      .telemetryFor(service)
      .observe({ gauges: { lz_waiting: 'Waiting.' }, totals: { lz_repairs: 'Repairs.' } }, async () => {
        asked += 1;
        return [
          { name: 'lz_waiting', value: index },
          { name: 'lz_repairs', value: 10 + index, labels: { log: 'status' } },
        ];
      });
  }
  const text = await telemetry.prometheusText();
  assert.match(text, /^lz_waiting\{service="issuance",node="440300"\} 0$/m);
  assert.match(text, /^lz_waiting\{service="audit",node="440300"\} 1$/m);
  assert.match(text, /^lz_repairs_total\{service="audit",log="status",node="440300"\} 11$/m);
  assert.match(text, /^# TYPE lz_repairs_total counter$/m);
  assert.equal(asked, 2);
  await telemetry.close();
});

test('a process tells its memory, CPU time and the delay of its event loop', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  const end = measureProcess(telemetry);
  // The monitor has to look before and after; on a busy machine it may be late.
  for (let attempt = 1; (await longestDelay(telemetry)) < 50; attempt += 1) {
    assert.ok(attempt < 20, 'a blocked event loop shows');
    await pause(40);
    const blockedUntil = performance.now() + 80;
    while (performance.now() < blockedUntil);
    await pause(40);
  }
  const text = await telemetry.prometheusText();
  const value = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  assert.ok(value('lz_process_resident_bytes') > 10e6);
  assert.ok(value('lz_process_cpu_seconds_total') > 0);
  end();
  await telemetry.close();
});

async function longestDelay(telemetry: ProcessTelemetry): Promise<number> {
  const found = /^lz_event_loop_delay_ms\{.*quantile="1".*\} (\S+)$/m.exec(await telemetry.prometheusText());
  return Number(found![1]);
}

const rpc = 'lianzheng.audit.v1.AuditService/ListAccesses';

test('calls are measured by RPC and code; without an endpoint no span begins', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  const { onCallStart, onCall } = serverCalls(telemetry);
  assert.equal(onCallStart, undefined);
  for (const code of ['OK', 'OK', 'NOT_FOUND']) onCall({ path: `/${rpc}`, callId: 'a', code, durationMs: 3 });
  clientCalls(telemetry.telemetryFor('gateway')).onCall({
    path: `/${rpc}`,
    callId: 1,
    code: 'OK',
    durationMs: 3,
  });
  const lines = (await telemetry.prometheusText()).split('\n');
  for (const line of [
    `lz_rpc_server_ms_count{service="issuance",rpc="${rpc}",code="OK",node="440300"} 2`,
    `lz_rpc_server_ms_count{service="issuance",rpc="${rpc}",code="NOT_FOUND",node="440300"} 1`,
    `lz_rpc_client_ms_count{service="gateway",rpc="${rpc}",code="OK",node="440300"} 1`,
  ])
    assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`);
  await telemetry.close();
});

test('a call is a span of its service, below the one of its caller', async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = recordingTracing({ ...about, ratio: 1 }, new SimpleSpanProcessor({ exporter }));
  const of = (service: string): Telemetry => ({ ...silentTelemetry, ...tracing.tracingFor(service) });
  const call = { path: `/${rpc}`, callId: 'a', traceparent: parent };
  const server = serverCalls(of('audit'));
  const own = server.onCallStart!(call);
  const client = clientCalls(of('audit'));
  client.onCallStart!({ ...call, callId: 7, traceparent: own });
  client.onCall({ ...call, callId: 7, code: 'UNAVAILABLE', durationMs: 1 });
  server.onCall({ ...call, code: 'OK', durationMs: 1 });
  const [below, above] = exporter.getFinishedSpans();
  assert.equal(above?.name, rpc);
  assert.equal(above?.resource.attributes['service.name'], 'audit');
  assert.equal(above?.parentSpanContext?.spanId, 'b7ad6b7169203331');
  assert.equal(above?.attributes['error.type'], undefined);
  assert.equal(below?.parentSpanContext?.spanId, above?.spanContext().spanId);
  assert.equal(below?.attributes['error.type'], 'UNAVAILABLE');
  await tracing.close();
});

test('a service with a process of its own serves its metrics where it is told to', async () => {
  const reserved = createServer();
  await once(reserved.listen(0, '127.0.0.1'), 'listening');
  const { port } = reserved.address() as AddressInfo;
  reserved.close();
  const config = { node: '440300', logLevel: 'silent', metricsAddress: `127.0.0.1:${port}` } as const;
  const stopped: string[] = [];
  const run = withTelemetry('issuance', async (_config: typeof config, { telemetry }) => {
    telemetry.counter('lz_issued', 'Licences issued.').add();
    return { stop: async () => void stopped.push('service') };
  });
  const running = await run(config);
  const text = await (await fetch(`http://${config.metricsAddress}/metrics`)).text();
  assert.match(text, /^lz_issued_total\{service="issuance",node="440300"\} 1$/m);
  assert.match(text, /^lz_process_resident_bytes\{/m);
  await running.stop();
  assert.deepEqual(stopped, ['service']);
  await assert.rejects(fetch(`http://${config.metricsAddress}/metrics`));
});

test('without an endpoint the context is handed on as it came', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  assert.equal(await telemetry.withSpan('x', { parent }, async (span) => span.traceparent), parent);
  assert.equal(await telemetry.withSpan('x', {}, async (span) => span.traceparent), undefined);
  await telemetry.close();
});

test('spans continue the trace of their parent and tell errors by type, not by message', async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = recordingTracing({ ...about, ratio: 1 }, new SimpleSpanProcessor({ exporter }));
  const failing = tracing.withSpan('outer', { parent, links: [parent, 'rubbish'], kind: 'server' }, (outer) =>
    tracing.withSpan('inner', { parent: outer.traceparent, attributes: { size: 2 } }, async () => {
      throw new TypeError('of Mr P1');
    }),
  );
  await assert.rejects(failing, TypeError);
  const [inner, outer] = exporter.getFinishedSpans();
  assert.equal(outer?.parentSpanContext?.spanId, 'b7ad6b7169203331');
  assert.equal(inner?.parentSpanContext?.spanId, outer?.spanContext().spanId);
  assert.equal(inner?.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(outer?.links.length, 1);
  assert.deepEqual(inner?.attributes, { size: 2, 'error.type': 'TypeError' });
  assert.doesNotMatch(JSON.stringify([inner?.status, inner?.events]), /P1/);
  await tracing.close();
});

test('what several share is in the trace of the first, and points to the others once', async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = recordingTracing({ ...about, ratio: 1 }, new SimpleSpanProcessor({ exporter }));
  const other = parent.replace('0af7', '1bf8');
  await sharedSpan(tracing, 'sign', [undefined, parent, other, other, parent], async (span) => {
    assert.equal(span.traceparent?.slice(3, 35), parent.slice(3, 35));
  });
  const [span] = exporter.getFinishedSpans();
  assert.deepEqual(
    span?.links.map(({ context }) => context.traceId),
    [other.slice(3, 35)],
  );
  await tracing.close();
});

test("a caller's decision not to record is followed", async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = recordingTracing({ ...about, ratio: 1 }, new SimpleSpanProcessor({ exporter }));
  const unsampled = parent.replace(/01$/, '00');
  const handed = await tracing.withSpan('x', { parent: unsampled }, async (span) => span.traceparent);
  assert.match(handed ?? '', /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
  assert.equal(exporter.getFinishedSpans().length, 0);
  await tracing.close();
});

test('with an endpoint spans are sent by OTLP/HTTP, at the latest at close', async () => {
  const receiver = createServer((request, response) => {
    received.push(
      text(request).then((body) => `${request.url} ${body.includes('issue') && body.includes('440300')}`),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const received: Promise<string>[] = [];
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const { port } = receiver.address() as AddressInfo;
  const telemetry = await createTelemetry({
    ...about,
    otlpEndpoint: `http://127.0.0.1:${port}/`,
    onError: unexpected,
  });
  await telemetry.withSpan('issue', {}, async () => {});
  await telemetry.close();
  receiver.closeAllConnections();
  receiver.close();
  assert.deepEqual(await Promise.all(received), ['/v1/traces true']);
});

test('traceparent: what is valid survives, what is not is nothing', () => {
  const hex = (length: number) =>
    fc
      .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
      .filter((id) => /[^0]/.test(id));
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom('00', '01'), (traceId, spanId, flags) => {
      const text = `00-${traceId}-${spanId}-${flags}`;
      assert.equal(formatTraceparent(parseTraceparent(text)!), text);
    }),
  );
  const bad = [
    '',
    `${parent}0`,
    parent.toUpperCase(),
    parent.replace(/^00/, 'ff'),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  ];
  for (const text of [undefined, ...bad]) assert.equal(parseTraceparent(text), undefined);
});
