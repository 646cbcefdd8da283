import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { encodeLeaf } from '@lianzheng/log';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { CatalogBody, CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { keyOf } from '@lianzheng/registry';
import { serveExchange } from './exchange.ts';
import {
  catalogAs,
  databaseOf,
  department,
  departments,
  enrol,
  type Home,
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

test('a database set back recovers its objects, and what contradicts them is never sequenced', async (t) => {
  const home = await enrol(t, postgres, shenzhen);
  await serveSignature(t, home);
  await run(t, home, 1, department(shenzhen, 'using', 'USING'));
  const { name: backup } = await postgres.freshDatabase(home.databaseName);
  const later = [
    department(shenzhen, 'using', 'USING', 'ISSUING'),
    department(shenzhen, 'managing', 'MANAGING'),
  ];
  const lost = await run(t, home, 3, ...later);

  await postgres.dropDatabase(home.databaseName);
  await postgres.createDatabaseFrom(backup, home.databaseName);
  // The backup had two changes without a number yet: of one, others have seen another version.
  await insertUnsequenced(t, home, department(shenzhen, 'managing', 'USING'));
  await insertUnsequenced(t, home, department(shenzhen, 'issuing', 'ISSUING'));

  await serveExchange(t, home, { own: lost });
  const service = await serveCatalog(t, home);
  const operator = await catalogAs(t, service.address, shenzhen, operatorOf(shenzhen));
  const newest = async (key: string) =>
    (await operator.getObject({ kind: ObjectKind.DEPARTMENT, key, version: 0 })).object!;
  assert.equal((await newest(own.using)).version, 2);
  assert.deepEqual((await newest(own.managing)).object, later[1]!.object);
  for (const given of later) assert.equal((await operator.putObject({ object: given })).changed, false);
  const entries = await entriesOf(t, service.address, 4);
  assert.deepEqual(entries.slice(0, 3), lost.entries);
  assert.equal(keyOf(CatalogBody.decode(bodyOf(entries[3]!.leaf)).object!), own.issuing);
});

/** Serves until the log has `size` entries, after these objects were put. Entries and checkpoints as others hold them. */
async function run(t: TestContext, home: Home, size: number, ...objects: CatalogObject[]) {
  const service = await serveCatalog(t, home);
  const operator = await catalogAs(t, service.address, shenzhen, operatorOf(shenzhen));
  for (const given of objects) await operator.putObject({ object: given });
  const entries = await entriesOf(t, service.address, size);
  const reads = await logAs(t, service.address, shenzhen, `lianzheng://${shenzhen}/service/exchange`);
  const { checkpoints } = await reads.getEntries(wanted(0));
  await service.stop();
  return { entries, checkpoints: checkpoints.map((note) => Buffer.from(note)) };
}

const wanted = (from: number) => ({ log, from: BigInt(from), limit: 0, waitMs: 0, afterTime: undefined });

async function entriesOf(t: TestContext, address: string, size: number) {
  const reads = await logAs(t, address, shenzhen, `lianzheng://${shenzhen}/service/exchange`);
  await until(async () => (await reads.getHead({ log })).size === BigInt(size));
  return (await reads.getEntries(wanted(0))).entries;
}

function bodyOf(leaf: Buffer): Buffer {
  return Leaf.decode(leaf).body;
}

/** As if the backup had been taken between the commit of a change and its sequencing. */
async function insertUnsequenced(t: TestContext, home: Home, given: CatalogObject): Promise<void> {
  const object = { ...given, key: keyOf(given)!, node: shenzhen, version: 1 };
  const body = CatalogBody.encode({ object, recordedAt: new Date() }).finish();
  const leaf = encodeLeaf({ kind: LeafKind.CATALOG, subject: `DEPARTMENT/${object.key}`, body });
  await databaseOf(t, home).tx(async (tx) => {
    const encoded = CatalogObject.encode(object).finish();
    await tx.execute(
      'INSERT INTO catalog.object SELECT $1, $2, $3, 1, $4, max(cursor) + 1 FROM catalog.object',
      [shenzhen, ObjectKind.DEPARTMENT, object.key, encoded],
    );
    await tx.execute("INSERT INTO catalog.log_waiting (leaf, side) VALUES ($1, '')", [leaf]);
  });
}
