// Writes services/*/schema.sql: what the migrations of each service amount to, for review.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { migrate, schemaText } from '@lianzheng/db';
import { migrationSetsOf, SERVICES_WITH_SCHEMA } from '@lianzheng/deploy-node';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';

const root = path.resolve(import.meta.dirname, '..');
const HEAD =
  '-- Made by pnpm gen from the migrations, for review; nothing reads it. Why things are as they are stands there.\n\n';

/** Name of the file, from the root → what it should say. */
export async function schemaFiles(postgres: TestPostgres): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const service of SERVICES_WITH_SCHEMA) {
    const { url: adminUrl } = await postgres.freshDatabase();
    await migrate({ adminUrl, service, password: 'schema', sets: await migrationSetsOf(service) });
    files.set(`services/${service}/schema.sql`, HEAD + (await schemaText(adminUrl, service)));
  }
  return files;
}

if (import.meta.main) {
  const postgres = await testPostgres();
  try {
    for (const [file, text] of await schemaFiles(postgres)) writeFileSync(path.join(root, file), text);
  } finally {
    await postgres.stop();
  }
}
