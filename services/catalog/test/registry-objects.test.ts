import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { formatLogCheckpoint, rawPublicKey, signerFromKey, signNote } from '@lianzheng/note';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { type CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { endorsementText } from '@lianzheng/registry';
import { isMeshError } from '@lianzheng/rpc/errors';
import {
  type CatalogClient,
  catalogAs,
  countOf,
  departments,
  enrol,
  nodeEntry,
  object,
  operatorOf,
  province,
  serveCatalog,
  serveSignature,
  serving,
  shenzhen,
} from './harness.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres.stop());

const encryptionKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'pem', type: 'spki' })
  .toString();
const issuer = departments[shenzhen].issuing;

const put = (operator: CatalogClient, given: CatalogObject) => operator.putRegistryObject({ object: given });
const refusedFields =
  (...fields: string[]) =>
  (error: unknown) =>
    isMeshError(error, 'INVALID_ARGUMENT') &&
    assert.deepEqual(
      error.details.fields?.map(({ field }) => field),
      fields,
    ) === undefined;

function assignment(node: string, from: number, to = 0, retired = false): CatalogObject {
  const value = { issuerCode: issuer, node, fromSequence: BigInt(from), toSequence: BigInt(to) };
  return object({ $case: 'issuerAssignment', value }, { retired });
}

type Pair = { key: LogKey; privateKey: KeyObject };

function keyPair(log: string, from = 0, endorser?: KeyObject, generation = 1): Pair {
  const { privateKey } = generateKeyPairSync('ed25519');
  const suffix = log === 'witness' || log === 'root' ? log : `${log}/${generation}`;
  const node = log === 'root' ? province : shenzhen;
  const key: LogKey = {
    node,
    log,
    name: `lianzheng/${node}/${suffix}`,
    publicKey: rawPublicKey(privateKey),
    fromSize: BigInt(from),
    toSize: 0n,
    endorsement: Buffer.alloc(0),
  };
  if (endorser) key.endorsement = sign(null, endorsementText(key), endorser);
  return { key, privateKey };
}
const keyObject = (key: LogKey, retired = false) => object({ $case: 'logKey', value: key }, { retired });

test('objects of the registry are written at the province only', async (t) => {
  const { operator } = await serving(t, postgres, shenzhen);
  await assert.rejects(
    put(operator, nodeEntry({ node: shenzhen, encryptionKey })),
    (error) =>
      isMeshError(error, 'FAILED_PRECONDITION') &&
      error.reason === 'NOT_THE_REGISTRY' &&
      error.details.metadata?.province === province,
  );
  await assert.rejects(
    operator.putObject({ object: nodeEntry({ node: shenzhen, encryptionKey }) }),
    refusedFields('object'),
  );
});

test('a node is registered once, changed, and what is wrong with one is told', async (t) => {
  const { operator } = await serving(t, postgres, province);
  const first = await put(operator, nodeEntry({ node: shenzhen, encryptionKey }));
  assert.deepEqual(
    [first.changed, first.object?.version, first.object?.key, first.object?.node],
    [true, 1, shenzhen, province],
  );
  assert.equal((await put(operator, nodeEntry({ node: shenzhen, encryptionKey }))).changed, false);
  const value = { node: '44030', name: ' ', tier: 'county', exchangeAddress: 'nowhere', encryptionKey: 'x' };
  await assert.rejects(
    put(operator, object({ $case: 'nodeEntry', value })),
    refusedFields(
      ...['node', 'name', 'tier', 'exchange_address', 'encryption_key'].map(
        (field) => `object.node_entry.${field}`,
      ),
    ),
  );
  await assert.rejects(
    put(
      operator,
      object({ $case: 'matter', value: { code: '', name: '', departmentCode: '', licences: [] } }),
    ),
    refusedFields('object'),
  );
  await put(operator, nodeEntry({ node: province, encryptionKey }));
  await assert.rejects(
    put(operator, { ...nodeEntry({ node: province, encryptionKey }), retired: true }),
    (error) => isMeshError(error, 'FAILED_PRECONDITION') && error.reason === 'NOT_RETIRABLE',
  );
  assert.equal(await countOf(operator, ObjectKind.NODE), 2);
});

test('one node speaks for an issuer at a time', async (t) => {
  const { operator } = await serving(t, postgres, province);
  await put(operator, nodeEntry({ node: province, encryptionKey }));
  await assert.rejects(
    put(operator, assignment(shenzhen, 0)),
    refusedFields('object.issuer_assignment.node'),
  );
  await put(operator, nodeEntry({ node: shenzhen, encryptionKey }));
  await put(operator, assignment(shenzhen, 0));
  await assert.rejects(
    put(operator, assignment(province, 5)),
    refusedFields('object.issuer_assignment.issuer_code'),
  );
  await assert.rejects(
    put(operator, assignment(shenzhen, 3, 9)),
    refusedFields('object.issuer_assignment.from_sequence'),
  );
  await assert.rejects(
    put(operator, assignment(province, 9, 9)),
    refusedFields('object.issuer_assignment.to_sequence'),
  );
  assert.equal((await put(operator, assignment(shenzhen, 0, 40))).object?.version, 2);
  await assert.rejects(
    put(operator, assignment(shenzhen, 0, 50)),
    refusedFields('object.issuer_assignment.to_sequence'),
  );
  assert.equal((await put(operator, assignment(province, 5))).changed, true);
  await put(operator, assignment(province, 5, 0, true));
  await assert.rejects(
    put(operator, assignment(province, 5)),
    (error) => isMeshError(error, 'FAILED_PRECONDITION') && error.reason === 'RETIRED_FOR_GOOD',
  );
});

test('two calls at once cannot both assign an issuer', async (t) => {
  const { operator } = await serving(t, postgres, province);
  await put(operator, nodeEntry({ node: province, encryptionKey }));
  await put(operator, nodeEntry({ node: shenzhen, encryptionKey }));
  const outcomes = await Promise.allSettled([
    put(operator, assignment(shenzhen, 0)),
    put(operator, assignment(province, 0)),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('a later key needs the endorsement of one that counts, and ends the one before', async (t) => {
  const { operator } = await serving(t, postgres, province);
  await put(operator, nodeEntry({ node: shenzhen, encryptionKey }));
  const first = keyPair('status');
  const stranger = keyPair('status');
  await put(operator, keyObject(first.key));
  assert.equal((await put(operator, keyObject(first.key))).changed, false);
  await assert.rejects(
    put(operator, keyObject(keyPair('status', 10).key)),
    refusedFields('object.log_key.endorsement'),
  );
  await assert.rejects(
    put(operator, keyObject(keyPair('status', 10, stranger.privateKey).key)),
    refusedFields('object.log_key.endorsement'),
  );
  await assert.rejects(
    put(operator, keyObject(keyPair('status', 0, first.privateKey).key)),
    refusedFields('object.log_key.from_size'),
  );
  const second = keyPair('status', 10, first.privateKey);
  await put(operator, keyObject(second.key));
  const { objects } = await operator.listObjects({
    kind: ObjectKind.LOG_KEY,
    node: province,
    allVersions: false,
  });
  const sizes = objects.map(({ object: content, version }) =>
    content?.$case === 'logKey' ? [content.value.fromSize, content.value.toSize, version] : [],
  );
  assert.deepEqual(
    sizes.sort((a, b) => Number(a[0]) - Number(b[0])),
    [
      [0n, 10n, 2],
      [10n, 0n, 1],
    ],
  );

  assert.equal((await put(operator, keyObject(first.key))).changed, false);

  const bad = { ...keyPair('status', 20, second.privateKey).key, publicKey: Buffer.alloc(31) };
  await assert.rejects(put(operator, keyObject(bad)), refusedFields('object.log_key.public_key'));
  const misnamed = {
    ...keyPair('status', 20, second.privateKey).key,
    name: `lianzheng/${province}/status/1`,
  };
  await assert.rejects(put(operator, keyObject(misnamed)), refusedFields('object.log_key.name'));
});

test('the offline root vouches for a key whose predecessor is lost, pinned keys count before they are registered', async (t) => {
  const root = keyPair('root');
  const home = await enrol(t, postgres, province);
  const bundle = join(home.folder, 'bundle.json');
  await writeFile(
    bundle,
    JSON.stringify({ pinnedKeys: [root.key, home.logKey].map((key) => LogKey.toJSON(key)) }),
  );
  await serveSignature(t, home);
  const service = await serveCatalog(t, home, { more: { LZ_BUNDLE: bundle } });
  const operator = await catalogAs(t, service.address, province, operatorOf(province));
  await put(operator, nodeEntry({ node: shenzhen, encryptionKey }));
  await put(operator, nodeEntry({ node: province, encryptionKey }));
  assert.equal((await put(operator, keyObject(home.logKey))).changed, true);
  await put(operator, keyObject(keyPair('access').key));
  await put(operator, keyObject(keyPair('access', 7, root.privateKey).key));

  const generation = (node: string, log: string, lastCheckpoint: string, number = 2) =>
    object({
      $case: 'generation',
      value: {
        node,
        log,
        generation: number,
        lastCheckpoint: Buffer.from(lastCheckpoint),
        reason: '磁盘损坏',
      },
    });
  const head = formatLogCheckpoint({
    node: province,
    log: 'catalog',
    generation: 1,
    size: 3,
    root: Buffer.alloc(32, 7),
    time: new Date('2026-03-01T08:00:00Z'),
    previousSize: 0,
  });
  const signed = ({ key, privateKey }: Pair) => signNote(head, [signerFromKey(key.name, privateKey)]);
  const stranger = keyPair('root');
  await assert.rejects(
    put(operator, generation(province, 'catalog', await signed(stranger))),
    refusedFields('object.generation.last_checkpoint'),
  );
  await put(operator, generation(province, 'catalog', await signed(root)));
  await assert.rejects(
    put(operator, generation(shenzhen, 'status', '', 3)),
    refusedFields('object.generation.generation'),
  );
  await put(operator, generation(shenzhen, 'status', ''));
  await assert.rejects(
    put(operator, { ...generation(shenzhen, 'status', ''), retired: true }),
    (error) => isMeshError(error, 'FAILED_PRECONDITION') && error.reason === 'NOT_RETIRABLE',
  );
});
