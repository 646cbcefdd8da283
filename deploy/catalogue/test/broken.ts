import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CatalogueError, type Problem, readCatalogue } from '@lianzheng/deploy-catalogue';

export const NODES = path.join(import.meta.dirname, '../nodes');

export interface Draft {
  /** Replaces a file's JSON by what `edit` makes of it. */
  edit(file: string, edit: (json: never) => unknown): Promise<void>;
  write(file: string, content: string | Uint8Array): Promise<void>;
  remove(file: string): Promise<void>;
}

/** What readCatalogue finds wrong in a copy of the catalogue after `spoil`. */
export async function problemsAfter(spoil: (draft: Draft) => Promise<void>): Promise<readonly Problem[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lianzheng-catalogue-'));
  try {
    await cp(NODES, folder, { recursive: true });
    await spoil(draftIn(folder));
    await readCatalogue(folder);
    return [];
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems;
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function draftIn(folder: string): Draft {
  const write = async (file: string, content: string | Uint8Array) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  };
  return {
    write,
    async edit(file, edit) {
      const json = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as never;
      await write(file, JSON.stringify(edit(json)));
    },
    remove: (file) => rm(path.join(folder, file)),
  };
}
