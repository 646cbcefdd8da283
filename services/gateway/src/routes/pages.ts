import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { page } from '../http/page.ts';

export function addPages(app: FastifyInstance, { node }: Config): void {
  const text = page(node);
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(text),
  );
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
