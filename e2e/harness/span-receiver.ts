import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { waitUntil } from './wait.ts';

export type ReceivedSpan = {
  readonly node: string;
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly id: string;
  /** Empty for the first span of a trace. */
  readonly parent: string;
  /** Trace ids. */
  readonly links: readonly string[];
};

export type SpanReceiver = {
  /** For LZ_OTLP_ENDPOINT. */
  readonly endpoint: string;
  spans(): readonly ReceivedSpan[];
  /** Waits for the first one that fits; nodes send every five seconds. */
  span(fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
  /** Everything that came, as it came. */
  received(): string;
  stop(): Promise<void>;
};

type Value = { stringValue?: string };
type Attributes = { key: string; value: Value }[];
type OtlpSpan = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  links?: { traceId: string }[];
};
type Otlp = {
  resourceSpans: { resource: { attributes: Attributes }; scopeSpans: { spans: OtlpSpan[] }[] }[];
};

/** Takes OTLP/HTTP in JSON on a free port. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const bodies: string[] = [];
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    spans.push(...spansOf(JSON.parse(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    span: (fits) =>
      waitUntil(async () => spans.find(fits), { timeoutMs: 30_000, what: `a span that fits ${fits}` }),
    received: () => bodies.join('\n'),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spansOf({ resourceSpans }: Otlp): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const of = (name: string) => resource.attributes.find(({ key }) => key === name)?.value.stringValue ?? '';
    const [node, service] = [of('lianzheng.node'), of('service.name')];
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId = '', links = [] }) => ({
        node,
        service,
        name,
        traceId,
        id: spanId,
        parent: parentSpanId,
        links: links.map((link) => link.traceId),
      })),
    );
  });
}
