import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databasesAt } from '@lianzheng/deploy-postgres';
import { layoutOf } from '@lianzheng/enrolment';
import type { MeshNode } from './mesh-node.ts';

/** Copies of a node's database, as an operator's backups are. The node must not run while one is made or put back. */
export type Backup = { restore(): Promise<void> };

export async function backUp({ databaseUrl }: Pick<MeshNode, 'databaseUrl'>, name: string): Promise<Backup> {
  const admin = new URL(databaseUrl);
  const database = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  const databases = databasesAt(admin.href);
  const copy = `${database}_${name}`;
  await databases.createDatabaseFrom(database, copy);
  return {
    async restore() {
      await databases.dropDatabase(database);
      await databases.createDatabaseFrom(copy, database);
    },
  };
}

/** What the signature service remembers of the last checkpoint it signed is gone. */
export async function loseMemory(
  { dir, node }: Pick<MeshNode, 'dir' | 'node'>,
  log: string,
  generation = 1,
): Promise<void> {
  await rm(join(layoutOf(dir).memory, `lianzheng.${node}.${log}.${generation}.memory`));
}
