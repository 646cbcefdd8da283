import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Postgres, startPostgres } from '@lianzheng/deploy-postgres';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Database, openDatabase, type Tx } from './index.ts';

let postgres: Postgres;
let db: Database;

before(async () => {
  postgres = await startPostgres({ dir: await mkdtemp(join(tmpdir(), 'lz-db-restart-')) });
  db = openDatabase({ url: postgres.url('postgres'), applicationName: 'restart test', max: 3 });
});
after(async () => {
  await db?.close();
  await postgres?.stop('immediate');
  if (postgres) await rm(postgres.dir, { recursive: true, force: true });
});

const one = () => db.tx((tx) => tx.row<{ one: number }>('SELECT 1 AS one'));
const fillPool = () => Promise.all([one(), one(), one()]);

test('after a restart the next transaction works', async () => {
  await fillPool();
  await postgres.restart('fast');
  assert.deepEqual(await one(), { one: 1 });
  assert.deepEqual(await fillPool(), [{ one: 1 }, { one: 1 }, { one: 1 }]);
});

test('after kill -9, too; a transaction under way ends with UNAVAILABLE', async () => {
  const single = openDatabase({ url: postgres.url('postgres'), applicationName: 'restart test', max: 1 });
  const unavailable = (work: Promise<unknown>) => assert.rejects(work, (e) => isMeshError(e, 'UNAVAILABLE'));
  const answer = (tx: Tx) => tx.row<{ one: number }>('SELECT 1 AS one');
  // Server processes that are busy outlive their parent; one that sleeps sees it die.
  const underWay = single.tx(async (tx) => {
    await tx.rows('SELECT 1');
    const sleep = tx.rows('SELECT pg_sleep(60)');
    await Promise.all([sleep, postgres.kill9()]);
  });
  await unavailable(underWay);
  await unavailable(single.tx(answer));
  await unavailable(single.connection(async () => {}));
  await postgres.restart();
  assert.deepEqual(await single.tx(answer), { one: 1 });
  await single.close();
});
