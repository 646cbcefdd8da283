import { createLogger, type Running } from '@lianzheng/runtime';
import { bootstrapProvince } from './bootstrap.ts';
import type { NodeConfig } from './config.ts';
import { startMesh } from './mesh.ts';
import { startStandalone } from './standalone.ts';

/** A whole node in the mode of its configuration. */
export async function startNode(config: NodeConfig): Promise<Running> {
  const logger = createLogger({ service: 'node', node: config.node, level: config.logLevel });
  const services = await (config.mode === 'mesh' ? startMesh(config, logger) : startStandalone(config));
  const keepsRegistry = config.node === config.province && config.services.includes('catalog');
  const bootstrap = keepsRegistry ? bootstrapProvince(config, logger) : undefined;
  return {
    async stop() {
      await bootstrap?.stop();
      await services.stop();
    },
  };
}
