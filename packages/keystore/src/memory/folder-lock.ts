import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createFolder } from '../durable-file.ts';
import { KeystoreError } from '../errors.ts';

export type FolderLock = { release(): void };

const LOCK_FILE = 'lock';

/**
 * Lets one process hold the folder. The lock is the kernel's (fcntl), so it ends with the process, however that ends,
 * and is seen across containers, which a process id is not. Node itself offers no file locks; its SQLite takes one on
 * an empty file. Throws KeystoreError 'refused' while another holds the folder, within this process too.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await createFolder(folder);
  const file = new DatabaseSync(join(folder, LOCK_FILE));
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    throw new KeystoreError('refused', `another process holds ${folder}`, cause);
  }
  return { release: () => file.close() };
}
