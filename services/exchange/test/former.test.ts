// Generations that have ended: what counts of them, what is fetched, what is forgotten (logs.md §2).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encodeLeaf } from '@lianzheng/log';
import { CatalogBody, type CatalogObject, type LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { createRegistry, endorsementText } from '@lianzheng/registry';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import { copySource } from '../src/copy-source.ts';
import { openCopies } from '../src/follow/copies.ts';
import { followFormer } from '../src/follow/former.ts';
import { exchangeDatabases } from './databases.ts';
import { begun, issued, type NewEntry, type OwnerLog, ownerLog } from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const province = '440000';
const city = '440300';
const clock = fixedClock(new Date(begun + 3_600_000));
const logger = createLogger({ service: 'exchange test', node: province, level: 'silent' });
const started: { stop(): Promise<void> }[] = [];
after(() => Promise.all(started.map((each) => each.stop())));

const keyOf = ({ node, log, name, publicKey }: OwnerLog, endorsement = Buffer.alloc(0)): LogKey => ({
  ...{ node, log, name, publicKey, fromSize: 0n, toSize: 0n, endorsement },
});

function said(object: CatalogObject['object']): NewEntry {
  const inner = { key: '', version: 1, node: province, retired: false, object };
  const body = { recordedAt: new Date(begun), object: inner };
  return {
    leaf: encodeLeaf({ kind: LeafKind.CATALOG, subject: '', body: CatalogBody.encode(body).finish() }),
    holders: [],
  };
}

const batchOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => issued(`${prefix}${i}`));

/** A node that follows a city whose log of five entries ended at the third checkpoint, size 4. */
async function ended(held: (first: OwnerLog) => Promise<void> | void = () => undefined) {
  const catalogue = ownerLog(province, 'catalog');
  const [first, second] = [ownerLog(city), ownerLog(city, 'status', 2)];
  const registry = createRegistry({ province, node: province, pinnedKeys: [keyOf(catalogue)] });
  const database = await newDatabase();
  const fetchProof = async () => undefined;
  const copies = await openCopies({ database, registry, clock, logger, fetchProof });
  const say = async (...objects: CatalogObject['object'][]) =>
    (await copies.open(province, 'catalog')).offer(await catalogue.write(objects.map(said)));

  const city1 = said({
    $case: 'nodeEntry',
    value: { node: city, name: '澜湾市', tier: 'city', exchangeAddress: 'x:1', encryptionKey: '' },
  });
  await (await copies.open(province, 'catalog')).offer(await catalogue.write([city1]));
  await say({ $case: 'logKey', value: keyOf(first) });
  for (const count of [2, 1, 1, 1]) await first.write(batchOf(`C${count}N${first.size()}X`, count));
  await held(first);

  const fetched: number[] = [];
  let source = first;
  const former = followFormer({
    registry,
    copies,
    logger,
    async fetch(copy, size) {
      fetched.push(size);
      await copy.offer(source.stream());
    },
  });
  started.push(former);
  const end = first.notes.find(({ size }) => size === 4)!.note;
  const begin = () =>
    say(
      { $case: 'logKey', value: keyOf(second, first.endorse(endorsementText(keyOf(second)))) },
      {
        $case: 'generation',
        value: { node: city, log: 'status', generation: 2, lastCheckpoint: end, reason: 'lost' },
      },
    );
  const until = async (state: string) => {
    for (let tries = 0; former.state(city, 'status') !== state; tries += 1) {
      assert.ok(tries < 500, `${former.state(city, 'status')} becomes ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const serve = (from: OwnerLog) => {
    source = from;
  };
  return { copies, registry, database, former, first, begin, until, fetched, end, serve };
}

test('while a generation goes on, everything counts and nothing is fetched', async () => {
  const { former, fetched } = await ended();
  assert.equal(former.state(city, 'status'), 'complete');
  assert.equal(former.endOf(city, 'status', 1), undefined);
  assert.ok(former.counts({ node: city, log: 'status', generation: 1 }, 99));
  assert.deepEqual(fetched, []);
});

test('what a copy lacks of an ended generation is fetched; beyond its end nothing counts', async () => {
  const { copies, database, former, first, begin, until, fetched, end } = await ended();
  await (await copies.open(city, 'status')).offer(first.stream().slice(0, 3));
  await begin();
  assert.equal(former.state(city, 'status'), 'missing', 'before anything was fetched');
  await until('complete');
  assert.deepEqual(fetched, [4]);
  const log = { node: city, log: 'status', generation: 1 };
  assert.deepEqual(
    [0, 3, 4].map((sequence) => former.counts(log, sequence)),
    [true, true, false],
  );
  assert.ok(former.counts({ ...log, generation: 2 }, 4));
  const head = await copySource({ database, copies, former }).head(log);
  assert.deepEqual([head?.size, head?.note], [4, end], 'its end is shown as its head');
});

test('a copy that holds another history of it forgets that and fetches the one that counts', async () => {
  const { copies, former, first, begin, until } = await ended();
  const copy = await copies.open(city, 'status');
  await copy.offer(first.stream().slice(0, 3));
  const forged = await first.checkpoint(2, Buffer.alloc(32, 7), 0, 9);
  await copy.offer([forged]);
  assert.equal(copy.state().stopped, 'fork');
  await begin();
  await until('complete');
  assert.deepEqual([copy.state().stopped, copy.state().size], ['', 5]);
  assert.deepEqual(await copy.rootAt(4), first.rootAt(4));
  assert.equal(former.state(city, 'status'), 'complete');
});

test('a stopped copy is in doubt until what counts was fetched', async () => {
  const { copies, first, begin, until, serve } = await ended();
  const copy = await copies.open(city, 'status');
  await copy.offer(first.stream().slice(0, 3));
  await copy.offer([await first.checkpoint(2, Buffer.alloc(32, 7), 0, 9)]);
  serve(ownerLog(city));
  await begin();
  await until('missing');
  serve(first);
  await until('complete');
});

test('a copy that had stopped beyond the end keeps what it has', async () => {
  const { copies, first, begin, until, fetched } = await ended();
  const copy = await copies.open(city, 'status');
  await copy.offer(first.stream());
  await copy.offer([await first.checkpoint(5, Buffer.alloc(32, 7), 4, 9)]);
  assert.equal(copy.state().stopped, 'fork');
  await begin();
  await until('complete');
  assert.deepEqual([fetched, copy.state().size], [[], 5]);
});
