// `pnpm migrate DIR`: the database of the node in this folder to the newest schema, forward only.
import path from 'node:path';
import { migrateNode, readNodeConfig } from '@lianzheng/deploy-node';

const [dir] = process.argv.slice(2);
if (!dir || dir.startsWith('-')) {
  process.stderr.write('用法 Usage: pnpm migrate DIR   （节点目录，内有 node.json the folder of a node）\n');
  process.exit(2);
}
for (const [service, files] of Object.entries(await migrateNode(readNodeConfig(path.resolve(dir))))) {
  process.stdout.write(`${service}: ${files.length === 0 ? '已是最新 up to date' : files.join(', ')}\n`);
}
