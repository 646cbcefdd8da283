import { isMeshError } from '@lianzheng/rpc/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, problem, problemOf } from '../domain/problem.ts';
import type { Events } from '../events.ts';
import { sendProblem } from './send-problem.ts';

/** Every error leaves as problem+json, without stack or foreign message; what is our fault is logged with its number. */
export function answerErrors(app: FastifyInstance, events: Events): void {
  app.setNotFoundHandler((request, reply) => {
    const others = methodsOf(app, request).filter((method) => method !== request.method);
    if (others.length === 0) return sendProblem(reply, problem(404, 'ROUTE_UNKNOWN'));
    reply.header('allow', others.join(', '));
    return sendProblem(reply, problem(405, 'METHOD_NOT_ALLOWED'));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, events));
}

export function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  events: Events,
): FastifyReply {
  const told = toProblem(error);
  if (told.status === 500) events.requestFailed(error, request.id, routeOf(request));
  if (told.status === 503 || told.status === 429) {
    if (!reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter(error));
  }
  return sendProblem(reply, told);
}

function toProblem(error: FastifyError): Problem {
  if (isMeshError(error)) return problemOf(error);
  const status = error.statusCode ?? 500;
  if (status === 429) return problem(429, 'RATE_LIMITED');
  // Fastify's own refusals: malformed or oversized requests.
  return status >= 400 && status < 500
    ? problem(status, error.code ?? 'BAD_REQUEST')
    : problem(500, 'INTERNAL');
}

/** Whole seconds. */
function retryAfter(error: unknown): number {
  const ms = isMeshError(error) ? error.details.retryAfterMs : undefined;
  return Math.max(1, Math.ceil((ms ?? 1_000) / 1_000));
}

/** Pattern of the route, never the address as asked. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

function methodsOf(app: FastifyInstance, { url }: FastifyRequest): string[] {
  return (['GET', 'HEAD'] as const).filter(
    (method) => app.findRoute({ method, url: url.split('?')[0]! }) !== null,
  );
}
