import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { requireToken } from '../http/operator.ts';
import { addHealthz } from './healthz.ts';
import { addLinks } from './links.ts';
import { addMetrics } from './metrics.ts';
import { addPages } from './pages.ts';
import { addPublicStatus } from './public-status.ts';
import { addReadyz } from './readyz.ts';

/** Everything that is served, one file per route. */
export function addRoutes(app: FastifyInstance, config: Config, context: Context): void {
  addPages(app, config);
  addHealthz(app);
  addReadyz(app, config, context);
  addPublicStatus(app, config, context);
  if (config.operatorToken === undefined) return;
  const operator = requireToken(config.operatorToken);
  addLinks(app, context, operator);
  addMetrics(app, context, operator);
}
