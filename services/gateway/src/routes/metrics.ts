import { prometheusContentType } from '@lianzheng/runtime/telemetry';
import type { FastifyInstance, preHandlerAsyncHookHandler } from 'fastify';
import type { Context } from '../context.ts';

const schema = {
  summary: '指标 / metrics (Prometheus text format)',
  security: [{ operator: [] }],
};

export function addMetrics(
  app: FastifyInstance,
  { telemetry }: Context,
  operator: preHandlerAsyncHookHandler,
): void {
  app.get('/metrics', { schema, preHandler: operator }, async (_request, reply) =>
    reply.type(prometheusContentType).send(await telemetry.prometheusText()),
  );
}
