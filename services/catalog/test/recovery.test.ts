import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serviceUrl } from '@lianzheng/db';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { serveExchange } from './exchange.ts';
import {
  catalogAs,
  countOf,
  databaseOf,
  department,
  departments,
  enrol,
  logAs,
  operatorOf,
  serveCatalog,
  serveSignature,
  shenzhen,
  until,
} from './harness.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const own = departments[shenzhen];
const log = { node: shenzhen, log: 'catalog', generation: 0 };

test('a database set back recovers its objects from what others hold of the log', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  await serveSignature(t, home);
  const lost = await serveCatalog(t, home);
  const before = await catalogAs(t, lost.address, shenzhen, operatorOf(shenzhen));
  await before.putObject({ object: department(shenzhen, 'using', 'USING') });
  const reads = await logAs(t, lost.address, shenzhen, `lianzheng://${shenzhen}/service/exchange`);
  const sizeIs = (size: bigint) => until(async () => (await reads.getHead({ log })).size === size);
  await sizeIs(1n);
  const backup = await backupOf(home);
  await before.putObject({ object: department(shenzhen, 'using', 'USING', 'ISSUING') });
  await before.putObject({ object: department(shenzhen, 'managing', 'MANAGING') });
  await sizeIs(3n);
  const request = { log, from: 0n, limit: 0, waitMs: 0, afterTime: undefined };
  const { entries, checkpoints } = await reads.getEntries(request);
  await lost.stop();

  await serveExchange(t, home, {
    own: { entries, checkpoints: checkpoints.map((note) => Buffer.from(note)) },
  });
  const set = {
    ...home,
    env: { ...home.env, LZ_DATABASE_URL: backup.url, LZ_DATABASE_ADMIN_URL: backup.adminUrl },
  };
  const database = databaseOf(t, set);
  // A change that the backup had not yet sequenced, and that others saw otherwise.
  const service = await serveCatalog(t, set);
  const operator = await catalogAs(t, service.address, shenzhen, operatorOf(shenzhen));
  assert.equal(await countOf(operator, ObjectKind.DEPARTMENT), 2);
  const { object } = await operator.getObject({ kind: ObjectKind.DEPARTMENT, key: own.using, version: 0 });
  assert.equal(object?.version, 2);
  assert.equal(
    (await operator.putObject({ object: department(shenzhen, 'using', 'USING', 'ISSUING') })).changed,
    false,
  );
  await operator.putObject({ object: department(shenzhen, 'issuing', 'ISSUING') });
  const rows = () =>
    database.read((reader) =>
      reader.rows<{ sequence: number }>('SELECT sequence FROM log_entry ORDER BY sequence'),
    );
  await until(async () => (await rows()).length === 4);
  assert.deepEqual(
    (await rows()).map(({ sequence }) => sequence),
    [0, 1, 2, 3],
  );
});

/** A copy of the database as it is now. */
async function backupOf({ databaseName }: { databaseName: string }) {
  const { url: adminUrl } = await postgres.freshDatabase(databaseName);
  return { adminUrl, url: serviceUrl(adminUrl, 'catalog', 'test') };
}
