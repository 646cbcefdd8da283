import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { addRoutes } from '../routes/index.ts';
import { answerError, answerErrors, routeOf } from './errors.ts';
import { styleHash } from './page.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addTracing } from './tracing.ts';

/** The HTTP server, not yet listening. */
export async function createApp(config: Config, context: Context): Promise<FastifyInstance> {
  const { events, tracing } = context;
  const app = Fastify({
    logger: false,
    // There is no route with a body.
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: () => randomUUID(),
    // A wrong identifier is to be told where it is wrong, however long it is.
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, events),
  });
  addSecurityHeaders(app, styleHash);
  addTracing(app, tracing);
  answerErrors(app, events);
  app.addHook('onResponse', async (request, reply) => {
    events.requestAnswered({
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      requestId: request.id,
    });
  });
  await app.register(swagger, { openapi: openapi(config) });
  await app.register(rateLimit, { global: false });
  await app.register(async (scope) => addRoutes(scope, config, context));
  await app.ready();
  return app;
}

function openapi({ node }: Config) {
  const description =
    '公开核验一张证照的状态。只回答状态、有效期与证照类型名称，不含个人信息。\n\n' +
    'Public verification of a licence: status, validity and type name, no personal data.';
  return {
    openapi: '3.1.0',
    info: { title: `联证 Lianzheng · ${node}`, version: '1', description },
    components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer' } } },
  } as const;
}
