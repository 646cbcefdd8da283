import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EnrolmentError } from './errors.ts';

export type FileMode = 'private' | 'public';

/** Writes the file whole or not at all, durably; 'private' ones only the owner may read. */
export async function writeWhole(path: string, content: string | Uint8Array, mode: FileMode): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.new`;
  const handle = await open(unfinished, 'w', mode === 'private' ? 0o600 : 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, path);
}

export function writeJson(path: string, value: unknown, mode: FileMode): Promise<void> {
  return writeWhole(path, `${JSON.stringify(value, undefined, 2)}\n`, mode);
}

/** Throws EnrolmentError 'absent' and 'malformed', naming the file. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new EnrolmentError('malformed', `${path} is not JSON`, cause);
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new EnrolmentError('absent', `there is no ${path}`, cause);
  }
}

/** A node is made in an empty folder only: what an earlier run left must be looked at, never mixed with new keys. */
export async function requireEmptyFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found = await readdir(dir);
  if (found.length > 0)
    throw new EnrolmentError('exists', `${dir} is not empty: ${found.slice(0, 3).join(', ')}`);
}
