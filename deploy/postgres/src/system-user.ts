import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.ts';

const run = promisify(execFile);

/** Where root's servers live when the folder asked for lies below one that others may not enter, such as root's home. */
const SYSTEM_ROOT = '/var/lib/lianzheng';

export interface SystemUser {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as `postgres` (made when missing); otherwise undefined = as ourselves. */
export async function serverUser(log: (text: string) => void): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUp('postgres');
  if (known) return known;
  log(
    '建立系统用户 postgres，PostgreSQL 不能以 root 运行 / adding system user postgres: PostgreSQL refuses to run as root',
  );
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const made = await lookUp('postgres');
  if (!made) throw new Error('useradd postgres left no such user');
  return made;
}

/** `dir` if the user can get there, else a folder of its own, the same for the same `dir` at every start. */
export async function reachableFolder(
  dir: string,
  user: SystemUser | undefined,
  log: (text: string) => void,
): Promise<string> {
  await mkdir(dir, { recursive: true });
  if (!user || (await canEnter(dir, user))) return resolve(dir);
  if (await canEnter(dirname(resolve(dir)), user)) {
    await giveTo(dir, user); // Only the folder itself is closed, as mkdtemp makes them.
    return resolve(dir);
  }
  const elsewhere = join(SYSTEM_ROOT, `postgres-${fingerprint(resolve(dir))}`);
  log(`用户 postgres 进不了 ${dir}，数据改存 ${elsewhere} / user postgres cannot enter it: data goes there`);
  await makeOpenFolder(elsewhere);
  return elsewhere;
}

/** Programs below a closed folder (node_modules in root's home) are copied to where the user can run them. */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<PostgresBinaries> {
  const bin = dirname(binaries.postgres);
  if (!user || (await canEnter(bin, user))) return binaries;
  const copy = join(SYSTEM_ROOT, `postgresql-${fingerprint(bin)}`);
  await makeOpenFolder(copy);
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return { ...binaries, initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

export async function giveTo(path: string, user: SystemUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

async function canEnter(dir: string, user: SystemUser): Promise<boolean> {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function makeOpenFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(SYSTEM_ROOT, 0o755);
  await chmod(dir, 0o755);
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // `id` fails for exactly one reason that matters here: no such user.
  }
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
