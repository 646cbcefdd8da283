import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NodeCatalogue, readCatalogue } from '@lianzheng/deploy-catalogue';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import { serveExchange } from './exchange.ts';
import {
  type CatalogClient,
  countOf,
  logAs,
  type NodeCode,
  nodeEntry,
  object,
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

type Serving = Awaited<ReturnType<typeof serving>>;
type Wanted = Pick<NodeCatalogue, 'departments' | 'licenceTypes' | 'matters' | 'useAuthorisations'>;

/** Everything that a node owns, each object by whom it is for; how many objects changed. */
async function load(node: NodeCode, { operator, as }: Serving, wanted: Wanted): Promise<number> {
  let changed = 0;
  const put = async (client: CatalogClient, given: Parameters<typeof object>[0]) => {
    changed += (await client.putObject({ object: object(given) })).changed ? 1 : 0;
  };
  for (const value of wanted.departments) await put(operator, { $case: 'department', value });
  const manager = wanted.departments.find(({ roles }) => roles.includes(DepartmentRole.MANAGING))!;
  const managing = await as(`lianzheng://${node}/department/${manager.code}`);
  for (const type of wanted.licenceTypes) {
    const caller = await as(`lianzheng://${node}/department/${type.definingAuthorityCode}`);
    const { version } = (await caller.registerLicenceType({ requestId: type.code, licenceType: type }))
      .draft!;
    const { code } = type;
    if (version > 1) throw new Error(`${code} was registered twice`);
    await managing.reviewLicenceType({ code, version, approve: true, reason: '' }).catch(() => {});
    await managing.publishLicenceType({ code, version });
  }
  for (const value of wanted.useAuthorisations) await put(managing, { $case: 'useAuthorisation', value });
  for (const value of wanted.matters) await put(managing, { $case: 'matter', value });
  return changed;
}

test('the catalogue of the repository goes through the calls, at the province and at a city', async (t) => {
  const catalogue = await readCatalogue();
  const wanted = (node: string) => catalogue.nodes.find((one) => one.node === node)!;
  const upper = await serving(t, postgres, province);
  const lower = await serving(t, postgres, shenzhen);
  const source = await logAs(t, upper.service.address, province, `lianzheng://${province}/service/exchange`);
  await serveExchange(t, lower.home, {
    getEntries: (request, call) => source.getEntries(request, { parent: call }),
  });

  const registry = wanted(province).issuerAssignments;
  for (const { node, encryptionKey } of [upper.home, lower.home])
    await upper.operator.putRegistryObject({ object: nodeEntry({ node, encryptionKey }) });
  await upper.operator.putRegistryObject({
    object: nodeEntry({ node: '440100' as never, encryptionKey: upper.home.encryptionKey }),
  });
  for (const value of registry)
    await upper.operator.putRegistryObject({ object: object({ $case: 'issuerAssignment', value }) });
  await upper.operator.putRegistryObject({ object: object({ $case: 'logKey', value: upper.home.logKey }) });

  const { departments, matters, useAuthorisations, licenceTypes } = wanted(province);
  const puts = departments.length + matters.length + useAuthorisations.length;
  assert.equal(await load(province, upper, wanted(province)), puts);
  await until(async () => (await countOf(lower.operator, ObjectKind.MATTER, province)) === matters.length);
  await load(shenzhen, lower, wanted(shenzhen));

  assert.equal(await countOf(upper.operator, ObjectKind.LICENCE_TYPE), licenceTypes.length);
  assert.equal(await countOf(lower.operator, ObjectKind.LICENCE_TYPE, province), licenceTypes.length);
  assert.equal(
    await countOf(lower.operator, ObjectKind.LICENCE_TYPE, shenzhen),
    wanted(shenzhen).licenceTypes.length,
  );
  assert.equal(
    await countOf(lower.operator, ObjectKind.MATTER),
    matters.length + wanted(shenzhen).matters.length,
  );
  assert.equal(await countOf(lower.operator, ObjectKind.ISSUER_ASSIGNMENT), registry.length);

  const { size } = await source.getHead({ log: { node: province, log: 'catalog', generation: 0 } });
  assert.equal(Number(size), puts + licenceTypes.length + registry.length + 4);
  // The same files again: no object changes.
  assert.equal(await load(province, upper, wanted(province)), 0);
  const again = await source.getHead({ log: { node: province, log: 'catalog', generation: 0 } });
  assert.equal(again.size, size);
});
