import { closing, createLogger, type Running, running } from '@lianzheng/runtime';
import { bootstrapProvince } from './bootstrap.ts';
import type { NodeConfig } from './config.ts';
import { startMesh } from './mesh.ts';
import { startStandalone } from './standalone.ts';

/** A whole node in the mode of its configuration. */
export async function startNode(config: NodeConfig): Promise<Running> {
  const logger = createLogger({ service: 'node', node: config.node, level: config.logLevel });
  await using parts = new AsyncDisposableStack();
  const startServices = () => (config.mode === 'mesh' ? startMesh(config, logger) : startStandalone(config));
  const keepsRegistry = config.node === config.province && config.services.includes('catalog');
  const bootstrap = keepsRegistry ? bootstrapProvince(config, logger) : undefined;
  parts.defer(async () => bootstrap?.stop());
  closing(parts, await startServices(), (services) => services.stop());
  return running(parts.move());
}
