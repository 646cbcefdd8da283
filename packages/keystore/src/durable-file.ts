import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Names that begin so are writes that a crash cut short; readers pass over them. */
export const UNFINISHED = '.unfinished-';

export async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
}

/** Replaces the file: afterwards, and after any crash, it holds either the old content or the new one, whole. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = await writeUnfinished(path, content);
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}

/** As writeDurably, but fails with EEXIST when the file is there. */
export async function createDurably(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = await writeUnfinished(path, content);
  try {
    // Unlike rename, link does not replace.
    await link(unfinished, path);
  } finally {
    await unlink(unfinished);
  }
  await syncFolder(dirname(path));
}

/** Makes creations, renames and removals in the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeUnfinished(path: string, content: string | Uint8Array): Promise<string> {
  const unfinished = join(dirname(path), `${UNFINISHED}${process.pid}-${basename(path)}`);
  const handle = await open(unfinished, 'w', OWNER_ONLY);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return unfinished;
}
