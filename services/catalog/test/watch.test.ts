import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { createRegistry, followRegistry } from '@lianzheng/registry';
import { isMeshError } from '@lianzheng/rpc/errors';
import { createLogger } from '@lianzheng/runtime';
import {
  type CatalogClient,
  department,
  departments,
  province,
  serving,
  shenzhen,
  until,
} from './harness.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const own = departments[shenzhen];
const watcher = `lianzheng://${shenzhen}/service/issuance`;

/** Watches until `count` objects came; what they are and the cursor after them. */
async function watch(client: CatalogClient, afterCursor: bigint, count: number) {
  const versions: [string, number][] = [];
  let cursor = afterCursor;
  for await (const message of client.watchObjects({ afterCursor }, { deadlineMs: 20_000 })) {
    for (const { key, version } of message.objects) versions.push([key, version]);
    cursor = message.cursor;
    if (message.complete && versions.length >= count) break;
  }
  return { versions, cursor };
}

test('everything known is sent, then every change, and the next call goes on at the cursor', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  const client = await as(watcher);
  await operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  const first = await watch(client, 0n, 1);
  assert.deepEqual(first.versions, [[own.using, 1]]);
  const later = watch(client, first.cursor, 2);
  await operator.putObject({ object: department(shenzhen, 'using', 'USING', 'ISSUING') });
  await operator.putObject({ object: department(shenzhen, 'managing', 'MANAGING') });
  const { versions, cursor } = await later;
  assert.deepEqual(versions, [
    [own.using, 2],
    [own.managing, 1],
  ]);
  assert.ok(cursor > first.cursor);
  await assert.rejects(
    watch(client, cursor + 1_000_000_000_000n, 1),
    (error) => isMeshError(error, 'OUT_OF_RANGE') && error.reason === 'CURSOR_UNKNOWN',
  );
});

test('of changes that are made at the same time none is missed', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  const client = await as(watcher);
  const watched = watch(client, 0n, 24);
  const codes = Object.keys(own) as (keyof typeof own)[];
  const writes = Array.from({ length: 24 }, async (_, i) => {
    const given = department(shenzhen, codes[i % codes.length]!, 'USING');
    if (given.object?.$case === 'department') given.object.value.name = `第${i}号局`;
    return (await operator.putObject({ object: given })).object!;
  });
  const written = (await Promise.all(writes)).map(({ key, version }) => `${key} ${version}`);
  const { versions } = await watched;
  const seen = versions.map(([key, version]) => `${key} ${version}`);
  assert.deepEqual(seen.toSorted(), written.toSorted());
  assert.equal(new Set(seen).size, 24);
});

test('a registry of another service follows the catalogue', async (t) => {
  const { as, operator } = await serving(t, postgres, shenzhen);
  const registry = createRegistry({ province, node: shenzhen });
  const logger = createLogger({ service: 'test', node: shenzhen, level: 'silent' });
  const follower = followRegistry({ client: await as(watcher), registry, logger });
  t.after(() => follower.stop());
  await until(() => follower.ready());
  await operator.putObject({ object: department(shenzhen, 'using', 'USING') });
  await until(() => registry.departmentRoles(own.using, shenzhen).has('USING'));
  const { objects } = await operator.listObjects({
    kind: ObjectKind.DEPARTMENT,
    node: shenzhen,
    allVersions: false,
  });
  assert.equal(objects.length, 1);
});
