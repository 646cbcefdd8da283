import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Databases, databasesAt } from './databases.ts';
import { startPostgres } from './start-postgres.ts';

export interface TestPostgres extends Databases {
  /** A new database with a name nobody else has, empty or copied from `template`; gone after stop(). */
  freshDatabase(template?: string): Promise<{ name: string; url: string }>;
  stop(): Promise<void>;
}

/**
 * A server for a test: the one whose superuser's URL stands in `LZ_TEST_POSTGRES` (the runner started it), else one of its own
 * in a temporary folder. Call it once per test file and stop it in `after`.
 */
export async function testPostgres(): Promise<TestPostgres> {
  const shared = process.env.LZ_TEST_POSTGRES;
  const { databases, close } = shared
    ? { databases: databasesAt(shared), close: undefined }
    : await ownServer();
  const made: string[] = [];
  return {
    ...databases,
    async freshDatabase(template = 'template1') {
      const name = `test_${randomBytes(8).toString('hex')}`;
      made.push(name);
      await databases.createDatabaseFrom(template, name);
      return { name, url: databases.url(name) };
    },
    async stop() {
      if (close) await close();
      else for (const name of made) await databases.dropDatabase(name);
    },
  };
}

async function ownServer(): Promise<{ databases: Databases; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'lz-postgres-'));
  const postgres = await startPostgres({ dir });
  const close = async () => {
    await postgres.stop('immediate');
    await rm(postgres.dir, { recursive: true, force: true });
  };
  return { databases: postgres, close };
}
