import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { type Database, migrate, openDatabase, serviceUrl } from './index.ts';

let postgres: TestPostgres;
let adminUrl: string;
let folder: string;
const opened: Database[] = [];

before(async () => {
  postgres = await testPostgres();
  ({ url: adminUrl } = await postgres.freshDatabase());
  folder = await mkdtemp(join(tmpdir(), 'lz-migrate-'));
  await writeFile(
    join(folder, '0001_item.sql'),
    'CREATE TABLE item (id int8 PRIMARY KEY);\nINSERT INTO item (id) VALUES (1);',
  );
  await writeFile(join(folder, '0002_note.sql'), 'ALTER TABLE item ADD note text;');
});
after(async () => {
  for (const db of opened) await db.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

function open(service: string): Database {
  const db = openDatabase({ url: serviceUrl(adminUrl, service, 'geheim'), applicationName: service });
  opened.push(db);
  return db;
}
const options = (service: string) => ({
  adminUrl,
  service,
  password: 'geheim',
  sets: [{ name: 'own', folder }],
});

test('runs at the same time apply each file once', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => migrate(options('audit'))));
  assert.deepEqual(runs.flat().sort(), ['own/0001_item.sql', 'own/0002_note.sql']);
  const rows = await open('audit').read((r) => r.rows('SELECT id, note FROM item'));
  assert.deepEqual(rows, [{ id: 1, note: null }]);
});

test('a service can neither read nor write beside its schema', async () => {
  await migrate(options('issuance'));
  const db = open('issuance');
  await assert.rejects(
    db.read((r) => r.rows('SELECT id FROM audit.item')),
    /permission denied for schema audit/,
  );
  await assert.rejects(
    db.tx((tx) => tx.execute('CREATE TABLE public.x (id int)')),
    /permission denied for schema public/,
  );
  const other = await postgres.freshDatabase();
  const elsewhere = openDatabase({
    url: serviceUrl(adminUrl, 'issuance', 'geheim').replace(/\/[^/?]*$/, `/${other.name}`),
    applicationName: 'elsewhere',
  });
  opened.push(elsewhere);
  await migrate({ ...options('issuance'), adminUrl: other.url });
  await assert.rejects(
    elsewhere.read((r) => r.rows('SELECT 1')),
    /permission denied for database/,
  );
});

test('a failing file leaves nothing behind and is named', async () => {
  const bad = join(folder, '0003_bad.sql');
  await writeFile(bad, 'CREATE TABLE half (id int); SELECT 1 / 0;');
  await assert.rejects(migrate(options('audit')), /0003_bad.sql failed: division by zero/);
  await writeFile(bad, 'CREATE TABLE half (id int);');
  assert.deepEqual(await migrate(options('audit')), ['own/0003_bad.sql']);
});

test('a file that was changed after it was applied stops everything', async () => {
  await writeFile(join(folder, '0002_note.sql'), 'ALTER TABLE item ADD remark text;');
  await assert.rejects(migrate(options('audit')), /0002_note.sql was changed/);
});

test('sets are applied in order and know nothing of one another', async () => {
  const later = join(folder, 'later');
  await mkdir(later);
  await writeFile(join(later, '0001_note.sql'), 'CREATE TABLE note (item int8 REFERENCES entry (id));');
  const first = join(folder, 'first');
  await mkdir(first);
  await writeFile(join(first, '0001_entry.sql'), 'CREATE TABLE entry (id int8 PRIMARY KEY);');
  const sets = [
    { name: 'first', folder: first },
    { name: 'later', folder: later },
  ];
  const given = { adminUrl, service: 'catalog', password: 'geheim', sets };
  assert.deepEqual(await migrate(given), ['first/0001_entry.sql', 'later/0001_note.sql']);
  await writeFile(join(first, '0002_more.sql'), 'ALTER TABLE entry ADD note text;');
  assert.deepEqual(await migrate(given), ['first/0002_more.sql']);
  await assert.rejects(migrate({ ...given, sets: sets.slice(1) }), /first\/0001_entry.sql .* unknown here/);
});
