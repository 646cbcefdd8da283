import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, open, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Postgres } from '@lianzheng/deploy-postgres';
import { querySuperuser } from './superuser.ts';

const run = promisify(execFile);

/** A disk of its own, so small that it can be filled. Needs root. */
export type SmallDisk = {
  readonly dir: string;
  fill(): Promise<void>;
  free(): Promise<void>;
  unmount(): Promise<void>;
};

/** A tmpfs for the owner of the database's files. Where it cannot be mounted the fault cannot be produced: it throws. */
export async function mountSmallDisk(postgres: Postgres, megabytes: number): Promise<SmallDisk> {
  const dir = await mkdtemp(join(tmpdir(), 'lz-small-disk-'));
  await chmod(dir, 0o755);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', dir]);
  const { uid, gid } = await stat(join(postgres.dir, 'data'));
  await chown(dir, uid, gid);
  const ballast = join(dir, 'ballast');
  return {
    dir,
    async fill() {
      const file = await open(ballast, 'a');
      try {
        const block = Buffer.alloc(64 << 10, 1);
        for (;;) await file.write(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    async unmount() {
      await run('umount', ['--lazy', dir]);
      await rmdir(dir);
    },
  };
}

/** Moves a database there; nobody may be connected to it. The server's own files stay where they are. */
export async function moveDatabase(postgres: Postgres, database: string, disk: SmallDisk): Promise<void> {
  await querySuperuser(postgres.adminUrl, `CREATE TABLESPACE small LOCATION '${disk.dir}'`);
  await querySuperuser(postgres.adminUrl, `ALTER DATABASE ${database} SET TABLESPACE small`);
}

export async function moveBack(postgres: Postgres, database: string): Promise<void> {
  await querySuperuser(postgres.adminUrl, `ALTER DATABASE ${database} SET TABLESPACE pg_default`);
  await querySuperuser(postgres.adminUrl, 'DROP TABLESPACE small');
}
