// All copies together with the registry: whose keys count, what the catalogue says, which generation is followed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@lianzheng/db';
import { encodeLeaf } from '@lianzheng/log';
import { CatalogBody, type CatalogObject, type LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { createRegistry, endorsementText } from '@lianzheng/registry';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import { openCopies, type ProofFetcher } from '../src/follow/copies.ts';
import { listForeign } from '../src/store/foreign.ts';
import { exchangeDatabases } from './databases.ts';
import { begun, issued, issuerCode, type NewEntry, type OwnerLog, ownerLog } from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const province = '440000';
const city = '440300';
const clock = fixedClock(new Date(begun + 3_600_000));
const logger = createLogger({ service: 'exchange test', node: province, level: 'silent' });

const keyOf = ({ node, log, name, publicKey }: OwnerLog, changes: Partial<LogKey> = {}): LogKey => ({
  ...{ node, log, name, publicKey, fromSize: 0n, toSize: 0n, endorsement: Buffer.alloc(0) },
  ...changes,
});

function said(object: CatalogObject['object'], node = province): NewEntry {
  const body = { recordedAt: new Date(begun), object: { key: '', version: 1, node, retired: false, object } };
  return {
    leaf: encodeLeaf({ kind: LeafKind.CATALOG, subject: '', body: CatalogBody.encode(body).finish() }),
    holders: [],
  };
}

const logKey = (value: LogKey) => said({ $case: 'logKey', value });

async function node(
  catalogue: OwnerLog,
  database?: Database,
  fetchProof: ProofFetcher = async () => undefined,
) {
  const registry = createRegistry({ province, node: province, pinnedKeys: [keyOf(catalogue)] });
  const opened = database ?? (await newDatabase());
  const copies = await openCopies({ database: opened, registry, clock, logger, fetchProof });
  return { registry, database: opened, copies };
}

test('keys count once the province’s catalogue says so; until then checkpoints wait', async () => {
  const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
  const { copies } = await node(catalogue);
  const copy = await copies.open(city, 'status');
  const batch = await status.write([issued('S0'), issued('S1')]);
  assert.deepEqual([(await copy.offer(batch)).keyUnknown, copy.state().size], [true, 0]);
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(status))]));
  await copy.offer(batch.slice(-1));
  assert.equal(copy.state().size, 2);
});

test('what the catalogue said is known again after a restart, without anybody’s help', async () => {
  const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
  const { copies, database } = await node(catalogue);
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(status))]));
  const restarted = await node(catalogue, database);
  assert.deepEqual(
    restarted.registry.logKeys(city, 'status').map(({ name }) => name),
    [status.name],
  );
});

test('an object is its log’s: a city cannot speak as the province', async () => {
  const [catalogue, cityCatalogue] = [ownerLog(province, 'catalog'), ownerLog(city, 'catalog')];
  const { copies, registry } = await node(catalogue);
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(cityCatalogue))]));
  const forged = logKey(keyOf(ownerLog('440100')));
  await (await copies.open(city, 'catalog')).offer(await cityCatalogue.write([forged]));
  assert.equal(copies.find(city, 'catalog')?.state().size, 1);
  assert.deepEqual(registry.logKeys('440100', 'status'), []);
});

test('a successor key counts from its size on, and the old one no longer', async () => {
  const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
  const successor = ownerLog(city);
  const { copies } = await node(catalogue);
  const next = keyOf(successor, { fromSize: 3n });
  const endorsed = { ...next, endorsement: status.endorse(endorsementText(next)) };
  const registered = await catalogue.write([logKey(keyOf(status)), logKey(endorsed)]);
  await (await copies.open(province, 'catalog')).offer(registered);
  const copy = await copies.open(city, 'status');
  await copy.offer(await status.write([issued('S0'), issued('S1')]));
  const byOld = await status.write([issued('S2')]);
  assert.deepEqual([(await copy.offer(byOld)).keyUnknown, copy.state().size], [true, 2]);
  await copy.offer([await successor.checkpoint(3, status.rootAt(3), 2, 9)]);
  assert.deepEqual([copy.state().size, copy.state().stopped], [3, '']);
});

test('a proof that is malformed stops nothing; one whose roots do not match does', async () => {
  for (const [proof, stopped] of [
    [[], ''],
    [undefined, ''],
    [[Buffer.alloc(32), Buffer.alloc(32), Buffer.alloc(32)], 'inconsistent'],
  ] as const) {
    const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
    const fetchProof = async () => proof && [...proof];
    const { copies } = await node(catalogue, undefined, fetchProof);
    await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(status))]));
    const copy = await copies.open(city, 'status');
    await copy.offer(await status.write([issued('S0'), issued('S1'), issued('S2')]));
    const items = await status.write([issued('S3')]);
    await copy.offer([...items.slice(0, -1), await status.checkpoint(4, Buffer.alloc(32, 7), 3, 9)]);
    assert.deepEqual([copy.state().stopped, copy.state().size], [stopped, 3]);
  }
});

test('a new generation is another copy, from its beginning; the old one stays known', async () => {
  const [catalogue, first, second] = [
    ownerLog(province, 'catalog'),
    ownerLog(city),
    ownerLog(city, 'status', 2),
  ];
  const { copies } = await node(catalogue);
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(first))]));
  const old = await copies.open(city, 'status');
  await old.offer(await first.write([issued('S0')]));
  const endorsement = first.endorse(endorsementText(keyOf(second)));
  const value = {
    node: city,
    log: 'status',
    generation: 2,
    lastCheckpoint: first.notes[0]!.note,
    reason: 'lost',
  };
  const registered = [logKey(keyOf(second, { endorsement })), said({ $case: 'generation', value })];
  await (await copies.open(province, 'catalog')).offer(await catalogue.write(registered));

  const present = await copies.open(city, 'status');
  await present.offer(await second.write([issued('S1'), issued('S2')]));
  assert.deepEqual([present.log.generation, present.state().size, old.state().size], [2, 2, 1]);
  assert.equal(copies.find(city, 'status'), present);
  assert.deepEqual(
    [old, present].map((copy) => copies.byId(copy.logId())?.generation),
    [1, 2],
  );
});

test('entries about issuers that the registry does not assign to the owner are noted, the others not', async () => {
  const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
  const { copies, database } = await node(catalogue);
  const value = { issuerCode, node: city, fromSequence: 1n, toSequence: 3n };
  const registered = [logKey(keyOf(status)), said({ $case: 'issuerAssignment', value })];
  await (await copies.open(province, 'catalog')).offer(await catalogue.write(registered));
  const batch = Array.from({ length: 5 }, (_, i) => issued(`S${i}`));
  await (await copies.open(city, 'status')).offer(await status.write(batch));
  const noted = await database.read((reader) => listForeign(reader, clock.now()));
  assert.deepEqual(
    noted.map(({ sequence }) => sequence),
    [0, 3, 4],
  );
});

test('who waits for a log is told of each commit, and of the end of his patience', async () => {
  const [catalogue, status] = [ownerLog(province, 'catalog'), ownerLog(city)];
  const { copies } = await node(catalogue);
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([logKey(keyOf(status))]));
  const copy = await copies.open(city, 'status');
  const waiting = copies.changed({ node: city, log: 'status' }, new AbortController().signal);
  await copy.offer(await status.write([issued('S0')]));
  await waiting;
  await copies.changed({ node: city, log: 'status' }, AbortSignal.timeout(20));
});
