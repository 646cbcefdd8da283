import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
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
import type { OpenSpan, ProcessTracing, SpanOptions, Tracing } from './tracing.ts';

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
export function exportingTracing(options: ExportOptions): ProcessTracing {
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  return recordingTracing(options, new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) }));
}

/** One provider for each service of the process, as a span bears its provider's name; all send through one processor. */
export function recordingTracing(
  { service, node, ratio }: Omit<ExportOptions, 'endpoint'>,
  processor: SpanProcessor,
): ProcessTracing {
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  const tracingFor = (name: string) => {
    const provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': name,
        'service.namespace': 'lianzheng',
        'lianzheng.node': node,
      }),
      sampler,
      spanProcessors: [processor],
    });
    return tracingOf(provider.getTracer('lianzheng'));
  };
  return { ...tracingFor(service), tracingFor, close: () => processor.shutdown() };
}

function tracingOf(tracer: Tracer): Tracing {
  const startSpan = (name: string, options: SpanOptions): OpenSpan => {
    const { attributes, kind = 'internal' } = options;
    const links = linksOf(options);
    return openSpan(tracer.startSpan(name, { kind: kinds[kind], attributes, links }, parentOf(options)));
  };
  return {
    recording: true,
    startSpan,
    async withSpan(name, options, fn) {
      const span = startSpan(name, options);
      try {
        const result = await fn(span);
        span.end();
        return result;
      } catch (error) {
        span.end(errorType(error));
        throw error;
      }
    },
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

function openSpan(span: Span): OpenSpan {
  return {
    traceparent: formatTraceparent(span.spanContext()),
    setAttribute: (name, value) => void span.setAttribute(name, value),
    end(failure) {
      if (failure !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', failure);
      }
      span.end();
    },
  };
}

/** The code or the class; a message could name a person. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.constructor.name;
}
