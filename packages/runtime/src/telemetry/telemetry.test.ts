import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { recordingTracing } from './exporting.ts';
import { createTelemetry, formatTraceparent, parseTraceparent, serveMetrics } from './index.ts';

const unexpected = (error: unknown) => assert.fail(String(error));
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const about = { service: 'issuance', node: '440300' };

test('the endpoint speaks Prometheus, with service, node and bound labels', async () => {
  const telemetry = await createTelemetry({ ...about, onError: unexpected });
  telemetry.counter('lz_issued', 'Licences issued.').with({ result: 'ok' }).add(3);
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
