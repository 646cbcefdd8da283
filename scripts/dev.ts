// `pnpm dev`: the demo's mesh without waiting for the end of its story.
import { spawn } from 'node:child_process';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../e2e/demo/main.ts');
const child = spawn(process.execPath, [main, '--rows', '100', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
