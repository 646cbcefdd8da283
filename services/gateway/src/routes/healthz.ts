import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

const schema = {
  summary: '本进程存活 / this process is alive',
  response: { 200: Type.Object({ status: Type.Literal('ok') }, { description: '存活 / alive' }) },
};

export function addHealthz(app: FastifyInstance): void {
  app.get('/healthz', { schema }, async () => ({ status: 'ok' as const }));
}
