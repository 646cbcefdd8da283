import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '@lianzheng/db';
import { startPostgres } from '@lianzheng/deploy-postgres';
import { watchReadiness } from '../src/readiness.ts';

test('serving follows the database: gone, standing still, back', async () => {
  await using parts = new AsyncDisposableStack();
  const postgres = await startPostgres({ dir: await mkdtemp(join(tmpdir(), 'lz-readiness-')) });
  parts.defer(async () => {
    await postgres.stop('immediate');
    await rm(postgres.dir, { recursive: true, force: true });
  });
  const database = openDatabase({ url: postgres.url('postgres'), applicationName: 'readiness test', max: 2 });
  parts.defer(() => database.close());
  let changed = Promise.withResolvers<boolean>();
  const next = async () => {
    const serving = await changed.promise;
    changed = Promise.withResolvers();
    return serving;
  };
  const unexpected = (error: unknown) => assert.fail(String(error));
  const events = { becameReady() {}, becameUnready() {}, readinessUnknown: unexpected };
  const watch = watchReadiness({
    database,
    events,
    everyMs: 20,
    setServing: (serving) => changed.resolve(serving),
  });
  parts.defer(() => watch.stop());

  assert.equal(await next(), true);
  await postgres.kill9();
  assert.equal(await next(), false);
  await postgres.restart();
  assert.equal(await next(), true);
  const blocker = openDatabase({ url: postgres.url('postgres'), applicationName: 'blocker', max: 1 });
  // Every connection of the pool busy: as when the database hangs.
  const sleeping = [1, 2].map(() =>
    database.read((reader) => reader.rows('SELECT pg_sleep(60)')).catch(() => {}),
  );
  assert.equal(await next(), false);
  await blocker.read((reader) =>
    reader.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"),
  );
  await blocker.close();
  assert.equal(await next(), true);
  await Promise.all(sleeping);
});
