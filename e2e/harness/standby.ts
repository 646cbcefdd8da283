import { join } from 'node:path';
import { environmentFor, launchEnvironment } from '@lianzheng/deploy-node';
import { freePort, type GuardedProcess, spawnGuarded } from '@lianzheng/deploy-process';
import type { MeshNode } from './mesh-node.ts';

const MAIN = join(import.meta.dirname, '../../services/issuance/src/main.ts');

/** A second issuance of the node, on a port of its own: it waits for the log that the first one holds. */
export async function startStandbyIssuance({ config, dir }: MeshNode): Promise<GuardedProcess> {
  const port = await freePort();
  const own = { ...config, ports: { ...config.ports, issuance: port }, metricsPort: 0 };
  return spawnGuarded({
    command: process.execPath,
    args: [MAIN],
    logFile: join(dir, 'log', 'issuance-standby.log'),
    cwd: dir,
    env: { ...launchEnvironment(), ...(await environmentFor('issuance', own)) },
  });
}
