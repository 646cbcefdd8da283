import { ListLinksResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { FastifyInstance, preHandlerAsyncHookHandler } from 'fastify';
import type { Context } from '../context.ts';

const schema = {
  summary: '到各节点的链路 / links to the other nodes',
  description:
    '与 ExchangeService.ListLinks 相同，proto3 JSON / the response of ExchangeService.ListLinks as proto3 JSON',
  security: [{ operator: [] }],
};

export function addLinks(
  app: FastifyInstance,
  { exchange }: Context,
  operator: preHandlerAsyncHookHandler,
): void {
  app.get('/v1/links', { schema, preHandler: operator }, async ({ id, span }) =>
    ListLinksResponse.toJSON(
      await exchange.listLinks({}, { deadlineMs: 5_000, requestId: id, traceparent: span?.traceparent }),
    ),
  );
}
