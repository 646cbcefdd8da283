import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MigrationError, pendingMigrations, readMigrations } from './migrations.ts';
import { roleName, serviceUrl } from './service-url.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lz-migrations-'));
});
after(() => rm(folder, { recursive: true }));

const file = (name: string, content = name) => ({ name, sql: content, sha256: Buffer.from(content) });

test('what was not applied is pending, in order', () => {
  const files = [file('0001_a.sql'), file('0002_b.sql'), file('0003_c.sql')];
  const names = pendingMigrations(files, [file('0001_a.sql')]).map(({ name }) => name);
  assert.deepEqual(names, ['0002_b.sql', '0003_c.sql']);
  assert.deepEqual(pendingMigrations(files, files), []);
});

test('history cannot be changed, forgotten or filled in', () => {
  const files = [file('0001_a.sql'), file('0002_b.sql')];
  assert.throws(() => pendingMigrations(files, [file('0001_a.sql', 'other')]), /0001_a.sql was changed/);
  assert.throws(
    () => pendingMigrations(files, [...files, file('0003_c.sql')]),
    /0003_c.sql .* newer than this program/,
  );
  assert.throws(() => pendingMigrations(files, [file('0002_b.sql')]), /0001_a.sql is older than 0002_b.sql/);
});

test('files have four digits and a name, each number once', async () => {
  await writeFile(join(folder, '0002_b.sql'), 'SELECT 2');
  await writeFile(join(folder, '0001_a.sql'), 'SELECT 1');
  await writeFile(join(folder, 'notes.md'), '');
  assert.deepEqual(
    (await readMigrations(folder)).map(({ name }) => name),
    ['0001_a.sql', '0002_b.sql'],
  );
  await writeFile(join(folder, '0002_c.sql'), '');
  await assert.rejects(readMigrations(folder), MigrationError);
  await rm(join(folder, '0002_c.sql'));
  await writeFile(join(folder, '3_c.sql'), '');
  await assert.rejects(readMigrations(folder), /NNNN_name/);
});

test("the role carries the database's name; odd passwords survive the url", () => {
  const url = new URL(
    serviceUrl('postgres://admin:x@db:5433/node_440300?sslmode=disable', 'audit', 'p@ss/wörd'),
  );
  assert.equal(url.username, 'node_440300_audit');
  assert.equal(decodeURIComponent(url.password), 'p@ss/wörd');
  assert.equal(`${url.host}${url.pathname}${url.search}`, 'db:5433/node_440300?sslmode=disable');
  assert.throws(() => roleName('Node', 'audit'), /role name/);
});
