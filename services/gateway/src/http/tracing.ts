import type { OpenSpan, Tracing } from '@lianzheng/runtime/telemetry';
import type { FastifyInstance } from 'fastify';
import { routeOf } from './errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of this request; its context goes along with the calls that are made for it. */
    span: OpenSpan | null;
  }
}

/** A span for each request. The trace begins here: what a stranger's `traceparent` says decides nothing. */
export function addTracing(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span', null);
  app.addHook('onRequest', async (request) => {
    request.span = tracing.startSpan(`${request.method} ${routeOf(request)}`, { kind: 'server' });
  });
  app.addHook('onResponse', async ({ span }, { statusCode }) => {
    span?.setAttribute('http.response.status_code', statusCode);
    span?.end(statusCode >= 500 ? String(statusCode) : undefined);
  });
}
