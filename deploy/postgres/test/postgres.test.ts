import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Postgres, startPostgres, testPostgres } from '../src/index.ts';

let dir: string;
let postgres: Postgres;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-postgres-test-'));
  postgres = await startPostgres({ dir });
});

after(async () => {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

test('a private temporary folder is used where it lies', () => {
  assert.equal(postgres.dir, dir);
});

test('a commit means the disk', async () => {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    assert.deepEqual(await query(postgres.adminUrl, `SHOW ${name}`), [['on']]);
  }
  await assert.rejects(startPostgres({ dir, settings: { fsync: 'off' } }), /fsync must stay on/);
});

test('nobody gets in without the password', async () => {
  const wrong = postgres.url('postgres', 'postgres', 'guessed');
  await assert.rejects(query(wrong, 'SELECT 1'), /password authentication failed/);
});

test('what was committed survives kill -9, and the address stays', async () => {
  await postgres.createDatabase('kept');
  await query(postgres.url('kept'), 'CREATE TABLE t AS SELECT generate_series(1, 3) AS n');
  const before = { pid: postgres.pid(), url: postgres.url('kept') };
  await postgres.kill9();
  await assert.rejects(query(before.url, 'SELECT 1'));
  await postgres.restart();
  assert.notEqual(postgres.pid(), before.pid);
  assert.deepEqual(await query(before.url, 'SELECT count(*)::int FROM t'), [[3]]);
  await postgres.restart('immediate');
  assert.deepEqual(await query(before.url, 'SELECT count(*)::int FROM t'), [[3]]);
});

test('databases are copied from a template and dropped under their users', async () => {
  await postgres.createDatabase('model');
  await query(postgres.url('model'), 'CREATE TABLE t AS SELECT 7 AS n');
  await postgres.createDatabaseFrom('model', 'copy');
  const client = new pg.Client({ connectionString: postgres.url('copy') });
  client.on('error', () => undefined);
  await client.connect();
  assert.deepEqual((await client.query('SELECT n FROM t')).rows, [{ n: 7 }]);
  await postgres.dropDatabase('copy');
  await assert.rejects(query(postgres.url('copy'), 'SELECT 1'), /does not exist/);
  await postgres.dropDatabase('copy');
});

test('a role of a service signs in with its own password', async () => {
  await query(postgres.adminUrl, "CREATE ROLE issuance LOGIN PASSWORD 'p@ss/word'");
  const url = postgres.url('postgres', 'issuance', 'p@ss/word');
  assert.deepEqual(await query(url, 'SELECT current_user::text'), [['issuance']]);
});

test('a second server on the same folder is refused with its own words', async () => {
  const second = startPostgres({ dir });
  await assert.rejects(second, /lock file "postmaster.pid" already exists/);
});

test('a test server started by the runner is shared, and only what was made on it goes', async () => {
  process.env.LZ_TEST_POSTGRES = postgres.adminUrl;
  try {
    const shared = await testPostgres();
    const { name, url } = await shared.freshDatabase();
    assert.deepEqual(await query(url, 'SELECT current_database()::text'), [[name]]);
    await shared.stop();
    await assert.rejects(query(url, 'SELECT 1'), /does not exist/);
    await query(postgres.adminUrl, 'SELECT 1');
  } finally {
    delete process.env.LZ_TEST_POSTGRES;
  }
});

test('the server dies with a parent that is killed', async () => {
  const orphanDir = join(dir, 'orphan');
  const source = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('../src/index.ts'))});
    const postgres = await startPostgres({ dir: ${JSON.stringify(orphanDir)} });
    console.log(postgres.pid());
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const pid = Number(line);
  assert.ok(isRunning(pid));
  parent.kill('SIGKILL');
  const deadline = performance.now() + 10_000;
  while (isRunning(pid)) {
    assert.ok(performance.now() < deadline, 'the server outlived its parent by 10 s');
    await delay(20);
  }
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
