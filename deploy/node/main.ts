import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '@lianzheng/runtime';
import { type Mode, readNodeConfig } from './src/config.ts';
import { startNode } from './src/node.ts';

const USAGE = `用法 Usage: node deploy/node/main.ts --config DIR [--mode standalone|mesh]
  DIR     节点目录，内有 node.json / the node's folder with its node.json
  --mode  全部服务一个进程，或每个服务一个进程 / one process for all services, or one for each`;

const options = readArguments();
if (options) await run(startNode, () => readNodeConfig(options.dir, options.mode));

function readArguments(): { dir: string; mode?: Mode } | undefined {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' }, mode: { type: 'string' } } });
    const { config, mode } = values;
    if (!config || (mode !== undefined && mode !== 'standalone' && mode !== 'mesh')) throw new Error(USAGE);
    return { dir: resolve(config), mode };
  } catch (error) {
    console.error(`${(error as Error).message}${(error as Error).message === USAGE ? '' : `\n${USAGE}`}`);
    process.exitCode = 2;
    return undefined;
  }
}
