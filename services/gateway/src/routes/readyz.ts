import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';

const State = Type.Enum(['SERVING', 'NOT_SERVING', 'UNREACHABLE']);
const Ready = Type.Object({
  ready: Type.Boolean(),
  node: Type.String(),
  services: Type.Record(Type.String(), State),
  notReady: Type.Array(Type.String(), { description: '未就绪的服务 / services that are not ready' }),
});
const schema = {
  summary:
    '本节点各服务就绪：自己的数据库与服务有应答，自己的日志已恢复 / the services of this node are ready',
  response: {
    200: { ...Ready, description: '就绪 / ready' },
    503: { ...Ready, description: '未就绪 / not ready' },
  },
};

/** Ready as logs.md §8 says. To be behind others is freshness, not unreadiness. */
export function addReadyz(app: FastifyInstance, { node }: Config, { readiness }: Context): void {
  app.get('/readyz', { schema }, async (_request, reply) => {
    const services = await readiness.ask();
    const notReady = Object.keys(services).filter((name) => services[name] !== 'SERVING');
    const ready = notReady.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, node, services, notReady });
  });
}
