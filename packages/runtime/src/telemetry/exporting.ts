import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import type { ActiveSpan, SpanOptions, Tracing } from './tracing.ts';

export interface ExportOptions {
  readonly service: string;
  readonly node: string;
  /** Base URL of an OTLP/HTTP receiver; traces go to /v1/traces below it. */
  readonly endpoint: string;
  /** Share of the traces begun here that are recorded, 0 … 1; a caller's decision is followed. */
  readonly ratio: number;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Loaded only where an endpoint is set: these libraries weigh some 20 MB of resident memory. */
export function exportingTracing(options: ExportOptions): Tracing {
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  return recordingTracing(options, new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) }));
}

export function recordingTracing(
  { service, node, ratio }: Omit<ExportOptions, 'endpoint'>,
  processor: SpanProcessor,
): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'lianzheng',
      'lianzheng.node': node,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('lianzheng');
  return {
    async withSpan(name, options, fn) {
      const { attributes, kind = 'internal' } = options;
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes, links: linksOf(options) },
        parentOf(options),
      );
      try {
        return await fn(activeSpan(span));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', errorType(error));
        throw error;
      } finally {
        span.end();
      }
    },
    close: () => provider.shutdown(),
  };
}

function parentOf({ parent }: SpanOptions): Context {
  const context = parseTraceparent(parent);
  return context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

function linksOf({ links = [] }: SpanOptions): Link[] {
  return links.flatMap((link) => {
    const context = parseTraceparent(link);
    return context ? [{ context }] : [];
  });
}

function activeSpan(span: Span): ActiveSpan {
  return {
    traceparent: formatTraceparent(span.spanContext()),
    setAttribute: (name, value) => void span.setAttribute(name, value),
  };
}

/** The code or the class; a message could name a person. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.constructor.name;
}
