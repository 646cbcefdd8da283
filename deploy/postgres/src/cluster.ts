import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.ts';
import { giveTo, type SystemUser } from './system-user.ts';

const run = promisify(execFile);

export const ADMIN_ROLE = 'postgres';

export interface Cluster {
  data: string;
  adminPassword: string;
}

/** Makes the database cluster in `dir/data` if there is none; a run that was killed in the middle leaves no half of one. */
export async function ensureCluster(
  dir: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<Cluster> {
  const data = join(dir, 'data');
  const passwordFile = join(dir, 'admin-password');
  if (!existsSync(data)) await makeCluster(dir, data, passwordFile, binaries, user);
  return { data, adminPassword: (await readFile(passwordFile, 'utf8')).trim() };
}

async function makeCluster(
  dir: string,
  data: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  await giveTo(passwordFile, user);
  const unfinished = join(dir, 'data.new');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await giveTo(unfinished, user);
  const choices = [
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--username=${ADMIN_ROLE}`,
    `--pwfile=${passwordFile}`,
  ];
  await run(binaries.initdb, ['-D', unfinished, ...choices], { cwd: '/', env: serverEnvironment(), ...user });
  await rename(unfinished, data);
}

/** Nothing of ours (least of all secrets) is handed down; messages are in English so that they can be recognised. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };
}
