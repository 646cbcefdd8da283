import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const pathOf = (program: string) => join(import.meta.dirname, 'programs', `${program}.ts`);

function start(program: string, argument: unknown) {
  return spawn(process.execPath, [pathOf(program), JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs a program to its end; what its last line says. */
export async function runProgram<T>(program: string, argument: unknown): Promise<T> {
  const child = start(program, argument);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let last = '';
  for await (const text of createInterface(child.stdout)) last = text;
  const code = await exited;
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return JSON.parse(last) as T;
}

/** Starts a program that serves; what its first line says, and how to end it. */
export async function startProgram<T>(
  program: string,
  argument: unknown,
): Promise<{ first: T; pid: number; stop(): Promise<void> }> {
  const child = start(program, argument);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value, done } = await lines.next();
  if (done) throw new Error(`${program} ended with ${await exited}`);
  return {
    first: JSON.parse(value) as T,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
