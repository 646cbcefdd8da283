import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { testPostgres } from '@lianzheng/deploy-postgres';
import { schemaFiles } from './schema.ts';

test('schema.sql of every service says what its migrations amount to; pnpm gen writes it', async (t) => {
  const postgres = await testPostgres();
  t.after(() => postgres.stop());
  for (const [file, text] of await schemaFiles(postgres))
    assert.equal(readFileSync(path.join(import.meta.dirname, '..', file), 'utf8'), text, file);
});
