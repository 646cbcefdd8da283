import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const launcher = `${root}scripts/lz`;

export type Finished = { code: number | null; stdout: string; stderr: string };

/** `scripts/lz` as a user runs it, from another folder. */
export async function lz(
  args: readonly string[],
  { cwd = '/', stdin = '', env = {} } = {},
): Promise<Finished> {
  const child = spawnLz(args, { cwd, env });
  child.stdin!.end(stdin);
  return finished(child);
}

export function spawnLz(
  args: readonly string[],
  { cwd = '/', env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  return spawn(launcher, args, { cwd, env: { PATH: process.env.PATH, ...env } });
}

export async function finished(child: ChildProcess): Promise<Finished> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout!.on('data', (chunk) => chunks.stdout.push(chunk));
  child.stderr!.on('data', (chunk) => chunks.stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    code,
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  };
}
