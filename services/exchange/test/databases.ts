import { after } from 'node:test';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import { testPostgres } from '@lianzheng/deploy-postgres';
import { exchangeMigrations } from '../src/context.ts';

/** A server for the test file; each call opens a database with exchange's tables, or a copy of that name again. */
export async function exchangeDatabases(): Promise<() => Promise<Database>> {
  const postgres = await testPostgres();
  const template = await postgres.freshDatabase();
  await migrate({
    adminUrl: template.url,
    service: 'exchange',
    password: 'secret',
    sets: [exchangeMigrations],
  });
  const opened: Database[] = [];
  after(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await postgres.stop();
  });
  return async () => {
    const url = new URL((await postgres.freshDatabase(template.name)).url);
    url.searchParams.set('options', '-c search_path=exchange');
    const database = openDatabase({ url: url.href, applicationName: 'exchange test', max: 4 });
    opened.push(database);
    return database;
  };
}
