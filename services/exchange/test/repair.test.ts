// What a follower fetches: ranges, missed checkpoints and lookup data, from a peer that serves a real log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@lianzheng/db';
import { encodeLeaf, logReads } from '@lianzheng/log';
import { ErasedBody, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import type { GetEntriesRequest } from '@lianzheng/proto/log/v1/log';
import { unavailable } from '@lianzheng/rpc/errors';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import type { Peers } from '../src/ask/peers.ts';
import { indexKey } from '../src/domain/keys.ts';
import type { Copies } from '../src/follow/copies.ts';
import type { Item } from '../src/follow/judge.ts';
import { type LogCopy, openLogCopy } from '../src/follow/log-copy.ts';
import { createRepairs } from '../src/follow/repair.ts';
import { sideRounds } from '../src/follow/sides.ts';
import { readCheckpoints } from '../src/store/copy.ts';
import { listHolderEntries, listLogsMissingSides } from '../src/store/holder.ts';
import { exchangeDatabases } from './databases.ts';
import { begun, indexOf, issued, type NewEntry, type OwnerLog, ownerLog } from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const clock = fixedClock(new Date(begun + 3_600_000));
const logger = createLogger({ service: 'exchange test', node: '440000', level: 'silent' });

/** The way to a peer that holds this log; `away` makes it fail. */
function peersTowards(owner: OwnerLog) {
  const asked: GetEntriesRequest[] = [];
  const state = { away: false };
  const { getEntries } = logReads(owner.source);
  const log = {
    async getEntries(request: GetEntriesRequest) {
      asked.push(request);
      if (state.away) throw unavailable('AWAY', 'away');
      return getEntries(request, { signal: new AbortController().signal });
    },
  };
  const peers = { towards: () => ({ node: '440000', log }), ended: () => {} } as unknown as Peers;
  return { peers, asked, state };
}

async function following(owner: OwnerLog) {
  const database = await newDatabase();
  const copy = await openLogCopy({
    database,
    log: { node: owner.node, log: owner.log, generation: owner.generation },
    verifiers: () => [owner.verifier],
    clock,
    logger,
  });
  const towards = peersTowards(owner);
  return { database, copy, ...towards, repairs: createRepairs({ database, peers: towards.peers, logger }) };
}

const batchOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => issued(`${prefix}${i}`));

test('a gap is fetched to its end, also with a forged entry in the way', async () => {
  const owner = ownerLog();
  for (let i = 0; i < 6; i += 1) await owner.write(batchOf(`B${i}N`, 900));
  const { copy, repairs, asked } = await following(owner);
  const { leaf } = issued('FORGED');
  const [entry] = owner.itemsFrom(0, 1) as [Extract<Item, { kind: 'entry' }>];
  await copy.offer([{ kind: 'entry', entry: { ...entry.entry, leaf, leafHash: Buffer.alloc(32) } }]);
  const { gapTo } = await copy.offer(owner.stream().slice(-1));
  assert.equal(await repairs.mend(copy, gapTo), true);
  assert.deepEqual([copy.state().size, copy.state().repairedEntries], [5_400, 5_400]);
  assert.ok(asked.length <= 4, `${asked.length} questions`);
});

test('nobody answers: the repair ends, and a later one succeeds', async () => {
  const owner = ownerLog();
  await owner.write(batchOf('B', 5));
  const { copy, repairs, state } = await following(owner);
  state.away = true;
  assert.equal(await repairs.mend(copy, 5), false);
  assert.equal(copy.state().repairs, 0);
  state.away = false;
  assert.equal(await repairs.mend(copy, 5), true);
  assert.deepEqual([copy.state().repairs, copy.state().repairedEntries], [1, 5]);
});

test('missed checkpoints are followed back one by one', async () => {
  const owner = ownerLog();
  for (let i = 0; i < 5; i += 1) await owner.write(batchOf(`B${i}N`, 3));
  const { database, copy, repairs } = await following(owner);
  const without = owner.stream().filter(({ kind }, i, all) => kind === 'entry' || i === all.length - 1);
  const { missing } = await copy.offer(without);
  await repairs.mend(copy, undefined, missing);
  const kept = await database.read((reader) => readCheckpoints(reader, copy.logId(), 0, 100));
  assert.deepEqual(kept, owner.notes);
});

const without = (one: NewEntry, ...numbers: number[]): NewEntry => ({
  ...one,
  holders: one.holders.filter(({ number }) => !numbers.includes(number)),
});

const found = async (database: Database, holder: string) =>
  (await database.read((reader) => listHolderEntries(reader, [indexKey(indexOf(holder))]))).map(
    ({ sequence }) => sequence,
  );

/** A copy to which some lookup data never came. */
async function robbed(owner: OwnerLog, rob: (entry: NewEntry, i: number) => NewEntry) {
  const it = await following(owner);
  await it.copy.offer(
    owner
      .stream()
      .map((item) =>
        item.kind === 'entry'
          ? { ...item, entry: { ...item.entry, ...rob(item.entry, item.entry.sequence) } }
          : item,
      ),
  );
  const copies = { all: () => [it.copy] as LogCopy[] } as Copies;
  const round = sideRounds({ database: it.database, copies, peers: it.peers, logger });
  return { ...it, mend: () => round(new AbortController().signal) };
}

test('lookup data that is missing or does not fit is fetched, and the holder is found', async () => {
  const owner = ownerLog();
  await owner.write([issued('S0', ['a', 'b']), issued('S1', ['c']), issued('S2', ['d'])]);
  const { database, copy, mend, state } = await robbed(owner, (entry, i) =>
    i === 0 ? without(entry, 0, 1) : i === 1 ? { ...entry, holders: issued('X', ['forged']).holders } : entry,
  );
  assert.deepEqual(await database.read(listLogsMissingSides), [copy.logId()]);
  state.away = true;
  await mend();
  assert.deepEqual(await found(database, 'a'), []);
  state.away = false;
  await mend();
  for (const [holder, sequence] of [
    ['a', 0],
    ['b', 0],
    ['c', 1],
    ['d', 2],
  ] as const)
    assert.deepEqual(await found(database, holder), [sequence], holder);
  assert.deepEqual([await found(database, 'forged'), await database.read(listLogsMissingSides)], [[], []]);
});

test('what was erased is never put back, whoever still tells it', async () => {
  const owner = ownerLog();
  await owner.write([issued('S0', ['a', 'b'])]);
  const { database, copy, mend } = await robbed(owner, (entry) => without(entry, 0));
  const erased = encodeLeaf({
    kind: LeafKind.ERASED,
    subject: '',
    body: ErasedBody.encode({ sequence: 0n, holderNumbers: [1] }).finish(),
  });
  await copy.offer(await owner.write([{ leaf: erased, holders: [] }]));
  await mend();
  assert.deepEqual([await found(database, 'a'), await found(database, 'b')], [[0], []]);
});

test('what nobody has does not hold up the rest', async () => {
  const owner = ownerLog();
  await owner.write(Array.from({ length: 130 }, (_, i) => issued(`S${i}`, [`holder ${i}`])));
  for (const entry of owner.entries.slice(0, 120)) entry.holders = [];
  const { database, mend } = await robbed(owner, (entry) => without(entry, 0));
  assert.equal(await mend(), 'again');
  assert.equal(await mend(), 'idle');
  assert.deepEqual(await found(database, 'holder 129'), [129]);
});
