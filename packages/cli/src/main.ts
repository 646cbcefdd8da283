import { resolve } from 'node:path';
import type { Io } from './io.ts';
import { runCommandLine } from './run.ts';

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
  root: resolve(import.meta.dirname, '../../..'),
  now: () => new Date(),
  signal: stop.signal,
};
process.exitCode = await runCommandLine(process.argv.slice(2), io);
