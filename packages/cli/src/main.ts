import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import type { Io } from './io.ts';

const root = resolve(import.meta.dirname, '../../..');
// Halves the time to start; what is imported before it is not kept.
enableCompileCache(join(root, 'node_modules/.cache/lz'));
const { runCommandLine } = await import('./run.ts');

const stop = new AbortController();
// The second Ctrl-C ends at once.
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
// The reader of our output has left (| head): nothing more to say.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  root,
  now: () => new Date(),
  signal: stop.signal,
};
process.exitCode = await runCommandLine(process.argv.slice(2), io);
