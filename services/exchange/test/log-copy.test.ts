import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@lianzheng/db';
import { decodeSide, encodeLeaf } from '@lianzheng/log';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  rootFromTiles,
  verifyConsistency,
  verifyInclusion,
} from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import { AliasBody, ErasedBody, IndexBody, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import { indexKey, licenceKey, licenceOf } from '../src/domain/keys.ts';
import type { Item } from '../src/follow/judge.ts';
import { type LogCopyOptions, openLogCopy, topicItem } from '../src/follow/log-copy.ts';
import { listAlarms } from '../src/store/alarms.ts';
import { copyTiles, readCheckpoints, readEntries } from '../src/store/copy.ts';
import { CopyMoved } from '../src/store/followed-log.ts';
import { listForeign } from '../src/store/foreign.ts';
import { listHolderEntries, listLogsMissingSides } from '../src/store/holder.ts';
import { countNotUnderstood, listLicenceEntries, listNotUnderstood } from '../src/store/licence.ts';
import { listSideMissing } from '../src/store/side.ts';
import { findPosition, setPosition } from '../src/store/topic-position.ts';
import { exchangeDatabases } from './databases.ts';
import {
  begun,
  commitmentTo,
  identifierOf,
  indexOf,
  issued,
  type NewEntry,
  type OwnerLog,
  ownerLog,
  sideOf,
} from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const clock = fixedClock(new Date(begun + 3_600_000));
const logger = createLogger({ service: 'exchange test', node: '440000', level: 'silent' });

const open = (database: Database, owner: OwnerLog, options: Partial<LogCopyOptions> = {}) =>
  openLogCopy({
    database,
    log: { node: owner.node, log: owner.log, generation: owner.generation },
    verifiers: () => [owner.verifier],
    clock,
    logger,
    ...options,
  });

const batchOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => issued(`${prefix}${i}`, [`${prefix} holder ${i}`]));

async function writtenLog(...counts: number[]): Promise<OwnerLog> {
  const owner = ownerLog();
  for (const [i, count] of counts.entries()) await owner.write(batchOf(`B${i}N`, count));
  return owner;
}

const holdersFound = async (database: Database, ...holders: string[]) =>
  (
    await database.read((reader) =>
      listHolderEntries(
        reader,
        holders.map((holder) => indexKey(indexOf(holder))),
      ),
    )
  ).map(({ sequence }) => sequence);

test('a copy holds what the owner holds: entries, checkpoints, indices, and a tree with the same roots and proofs', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(300, 1, 250, 149);
  const copy = await open(database, owner);
  for (const items of [owner.stream().slice(0, 350), owner.stream().slice(350)]) await copy.offer(items);
  const { size, noteTime, heardAt, lastKept, logId } = copy.state();
  assert.deepEqual([size, lastKept, noteTime, heardAt], [700, 700, new Date(begun + 4_000), clock.now()]);

  const entries = await database.read((reader) => readEntries(reader, logId, 0, 1_000));
  assert.deepEqual(
    entries.map(({ sequence, leaf, side }) => ({ sequence, leaf, holders: decodeSide(side) })),
    owner.entries.map(({ sequence, leaf, holders }) => ({ sequence, leaf, holders })),
  );
  const kept = await database.read((reader) => readCheckpoints(reader, logId, 0, 1_000));
  assert.deepEqual(kept, owner.notes);

  const tiles = copyTiles((fn) => database.read(fn), logId);
  for (const at of [1, 255, 256, 257, 300, 512, 551, 699, 700])
    assert.deepEqual(await rootFromTiles(at, tiles), owner.rootAt(at), `root at ${at}`);
  for (const index of [0, 255, 256, 699])
    assert.ok(
      verifyInclusion({
        index,
        size: 700,
        leafHash: leafHash(owner.entries[index]!.leaf),
        root: owner.rootAt(700),
        proof: await inclusionProof(index, 700, tiles),
      }),
    );
  for (const first of [1, 256, 301, 551])
    assert.ok(
      verifyConsistency({
        size1: first,
        root1: owner.rootAt(first),
        size2: 700,
        root2: owner.rootAt(700),
        proof: await consistencyProof(first, 700, tiles),
      }),
    );
  assert.deepEqual(await holdersFound(database, 'B2N holder 7'), [308]);
  const found = await database.read((reader) =>
    listLicenceEntries(reader, [licenceKey(identifierOf('B3N148'))]),
  );
  assert.deepEqual(
    found.map(({ sequence, leaf }) => [sequence, leaf]),
    [[699, owner.entries[699]!.leaf]],
  );
});

test('readings are bounded by bytes, and never empty', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(20);
  const copy = await open(database, owner);
  await copy.offer(owner.stream());
  const read = (from: number, bytes: number) =>
    database.read((reader) => readEntries(reader, copy.logId(), from, 20, bytes));
  assert.equal((await read(0, 1)).length, 1);
  const some = await read(3, 1_500);
  assert.ok(some.length > 1 && some.length < 17 && some[0]?.sequence === 3);
  assert.ok(some.reduce((sum, { leaf, side }) => sum + leaf.length + side.length, 0) <= 1_500);
});

/** Records from the stored position on, as a topic delivers them; the position commits with their effect. */
async function deliver(database: Database, copy: Copy, topic: readonly Item[], size: number): Promise<void> {
  const start = Number((await database.read((reader) => findPosition(reader, 'topic'))) ?? 0n);
  for (let from = start; from < topic.length; from += size) {
    const items = topic.slice(from, from + size);
    const checkpoint = items.findLastIndex(({ kind }) => kind === 'checkpoint');
    const afterCheckpoint = checkpoint === -1 ? undefined : BigInt(from + checkpoint + 1);
    await copy.offer(items, (tx, { pending }) =>
      setPosition(tx, 'topic', pending ? afterCheckpoint : BigInt(from + items.length)),
    );
  }
}
type Copy = Awaited<ReturnType<typeof open>>;

test('a restart in the middle of a batch: what waited comes again, nothing is doubled', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(10, 10, 10);
  const topic = owner.stream();
  const first = await open(database, owner);
  await deliver(database, first, topic.slice(0, 17), 5);
  assert.deepEqual([first.state().size, first.pending()], [10, true]);
  assert.equal(await database.read((reader) => findPosition(reader, 'topic')), 11n);

  const second = await open(database, owner);
  assert.deepEqual([second.state().size, second.pending()], [10, false]);
  assert.deepEqual(second.state(), first.state());
  await deliver(database, second, topic, 13);
  assert.deepEqual([second.state().size, second.state().noise], [30, 0]);
  assert.equal(await database.read((reader) => findPosition(reader, 'topic')), BigInt(topic.length));
});

test('what is committed alongside decides with the entries: both or none', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5, 5);
  const copy = await open(database, owner);
  await copy.offer(owner.stream().slice(0, 8));
  const before = copy.state();
  const failing = copy.offer(owner.stream().slice(8), async () => {
    throw new Error('no position');
  });
  await assert.rejects(failing, /no position/);
  assert.deepEqual([copy.state(), copy.pending()], [before, false]);
  assert.equal((await database.read((reader) => readEntries(reader, copy.logId(), 0, 100))).length, 5);
  await copy.offer(owner.stream());
  assert.equal(copy.state().size, 10);
});

test('offers at once are judged one after another', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5, 5, 5, 5);
  const copy = await open(database, owner);
  const stream = owner.stream();
  await Promise.all([0, 6, 12, 18].map((from) => copy.offer(stream.slice(from, from + 6))));
  assert.deepEqual([copy.state().size, copy.state().noise], [20, 0]);
});

test('a copy that somebody else moved is read again, and goes on from there', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5, 5, 5);
  const [mine, theirs] = [await open(database, owner), await open(database, owner)];
  await theirs.offer(owner.stream().slice(0, 12));
  await assert.rejects(mine.offer(owner.stream().slice(0, 6)), CopyMoved);
  assert.equal(mine.state().size, 10);
  await mine.offer(owner.stream());
  assert.equal(mine.state().size, 15);
  assert.equal((await database.read((reader) => readEntries(reader, mine.logId(), 0, 100))).length, 15);
});

test('a fork stops the log for good: an alarm with the two notes of that size, and no further change', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5, 5);
  const copy = await open(database, owner);
  await copy.offer(owner.stream());
  const theirs = await owner.checkpoint(5, Buffer.alloc(32, 7), 0, 1);
  await copy.offer([theirs, ...owner.stream()]);
  assert.equal(copy.state().stopped, 'fork');
  const [alarm, ...others] = await database.read(listAlarms);
  assert.deepEqual([alarm?.kind, alarm?.node, alarm?.log, others], [AlarmKind.FORK, '440300', 'status', []]);
  assert.deepEqual(alarm?.evidence, [
    owner.notes[0]!.note,
    theirs.kind === 'checkpoint' ? theirs.note : undefined,
  ]);

  const more = await owner.write(batchOf('M', 3));
  const positioned: string[] = [];
  assert.equal((await copy.offer(more, async () => void positioned.push('here'))).verified, 0);
  const reopened = await open(database, owner);
  await reopened.offer(more);
  assert.deepEqual([positioned.length, reopened.state().stopped, reopened.state().size], [1, 'fork', 10]);
});

test('a rollback and a failed proof stop it too; what was verified before stays', async () => {
  for (const kind of ['rollback', 'inconsistent'] as const) {
    const database = await newDatabase();
    const owner = await writtenLog(5, 5);
    const copy = await open(database, owner, { proveConsistency: async () => false });
    await copy.offer(owner.stream());
    const forged = [
      ...owner.itemsFrom(0, 3).map((_, i) => topicEntry(10 + i)),
      await owner.checkpoint(13, Buffer.alloc(32, 7), 10, 60),
    ];
    await copy.offer(kind === 'rollback' ? [await owner.checkpoint(5, owner.rootAt(5), 5, 60)] : forged);
    assert.deepEqual([copy.state().stopped, copy.state().size], [kind, 10]);
    const [alarm] = await database.read(listAlarms);
    assert.equal(alarm?.evidence.length, 2);
  }
});

function topicEntry(sequence: number): Item {
  const { leaf } = issued(`T${sequence}`);
  return { kind: 'entry', entry: { sequence, leaf, leafHash: leafHash(leaf), holders: [] } };
}

test('a missing kept checkpoint is asked for until it is there; the copy remembers', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5, 5, 5);
  const without = owner.stream().filter((_, i) => i !== 5 && i !== 11);
  const copy = await open(database, owner);
  assert.deepEqual((await copy.offer(without)).missing, [10]);
  const [first, second] = [owner.stream()[5]!, owner.stream()[11]!];
  assert.deepEqual((await copy.offer([second])).missing, [5]);
  assert.deepEqual((await copy.offer([first])).missing, []);
  // Whatever is repeated afterwards is not missing again.
  assert.deepEqual((await copy.offer(owner.stream())).missing, []);
  const kept = await database.read((reader) => readCheckpoints(reader, copy.logId(), 0, 100));
  assert.deepEqual(kept, owner.notes);
});

test('the kept checkpoint of a copy that only heard a heartbeat is remembered over a restart', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(5);
  const kept = owner.stream().at(-1)!;
  const heartbeats = [await owner.write([]), await owner.write([])];
  const copy = await open(database, owner);
  assert.deepEqual((await copy.offer([...owner.itemsFrom(0), ...heartbeats[0]!])).missing, [5]);
  assert.deepEqual((await copy.offer([kept])).missing, []);
  assert.equal(copy.state().lastKept, 5);
  const reopened = await open(database, owner);
  assert.equal(reopened.state().lastKept, 5);
  assert.deepEqual((await reopened.offer(heartbeats[1]!)).missing, []);
});

const entry = (kind: LeafKind, body: Uint8Array, holders: NewEntry['holders'] = []): NewEntry => ({
  leaf: encodeLeaf({ kind, subject: '', body }),
  holders,
});
const erased = (sequence: number, ...holderNumbers: number[]) =>
  entry(LeafKind.ERASED, ErasedBody.encode({ sequence: BigInt(sequence), holderNumbers }).finish());

async function copied(owner: OwnerLog) {
  const database = await newDatabase();
  const copy = await open(database, owner);
  await copy.offer(owner.stream());
  const sidesOf = async (sequence: number) =>
    (await database.read((reader) => readEntries(reader, copy.logId(), sequence, sequence + 1))).flatMap(
      ({ side }) => decodeSide(side).map(({ number }) => number),
    );
  return { database, copy, sidesOf };
}

test('erasing takes index and salt away under every key, and nobody finds the licence by that holder', async () => {
  const owner = ownerLog();
  const rekeyed = sideOf('b under the new key');
  const body = IndexBody.encode({
    sequence: 0n,
    holderNumber: 1,
    commitment: commitmentTo(rekeyed),
  }).finish();
  await owner.write([issued('S0', ['a', 'b', 'c']), issued('S1', ['b'])]);
  await owner.write([entry(LeafKind.INDEX, body, [rekeyed])]);
  const { database, copy, sidesOf } = await copied(owner);
  assert.deepEqual(await holdersFound(database, 'b'), [0, 1]);
  assert.deepEqual(await holdersFound(database, 'b under the new key'), [0]);

  await copy.offer(await owner.write([erased(0, 1)]));
  assert.deepEqual(await holdersFound(database, 'b'), [1]);
  assert.deepEqual(await holdersFound(database, 'b under the new key'), []);
  assert.deepEqual([await sidesOf(0), await sidesOf(2)], [[0, 2], []]);
  assert.deepEqual(await holdersFound(database, 'a', 'c'), [0, 0]);
  await copy.offer(await owner.write([erased(0, 0, 2)]));
  assert.deepEqual([await holdersFound(database, 'a', 'c'), await sidesOf(0)], [[], []]);
  assert.deepEqual(await database.read(listLogsMissingSides), []);
  const [head] = owner.notes.slice(-1);
  assert.deepEqual(copy.state().note, head?.note);
});

test('what is missing is missed until it is erased, also where both come at once', async () => {
  const owner = ownerLog();
  const without = (one: NewEntry, ...numbers: number[]) => ({
    ...one,
    holders: one.holders.filter(({ number }) => !numbers.includes(number)),
  });
  await owner.write([without(issued('S0', ['a', 'b']), 0, 1), without(issued('S1', ['c']), 0), erased(0, 0)]);
  const { database, copy } = await copied(owner);
  const missing = () => database.read((reader) => listSideMissing(reader, { logId: 0, sequence: -1 }, 100));
  assert.deepEqual(
    (await missing()).map(({ sequence }) => sequence),
    [0, 1],
  );
  await copy.offer(await owner.write([erased(0, 1)]));
  await copy.offer(await owner.write([erased(1, 0)]));
  assert.deepEqual(await missing(), []);
});

test('a holder is found by every number that was ever his', async () => {
  const owner = ownerLog();
  const alias = (former: string, present: string) => {
    const sides = [sideOf(former), sideOf(present, 1)];
    const [formerCommitment, presentCommitment] = sides.map(commitmentTo);
    return entry(
      LeafKind.ALIAS,
      AliasBody.encode({
        formerCommitment: formerCommitment!,
        presentCommitment: presentCommitment!,
      }).finish(),
      sides,
    );
  };
  await owner.write([
    issued('S0', ['first']),
    issued('S1', ['second']),
    issued('S2', ['third']),
    issued('S3', ['other']),
  ]);
  await owner.write([alias('first', 'second'), alias('second', 'third')]);
  const { database } = await copied(owner);
  for (const holder of ['first', 'second', 'third'])
    assert.deepEqual(await holdersFound(database, holder), [0, 1, 2], holder);
  assert.deepEqual(await holdersFound(database, 'other'), [3]);
});

test('what is not understood is kept for its subject, counted, and told', async () => {
  const database = await newDatabase();
  const owner = ownerLog();
  const told: number[] = [];
  const copy = await open(database, owner, {
    onApplied: ({ notUnderstood }) => void told.push(notUnderstood),
  });
  const unknown = (subject: string, critical: boolean): NewEntry => ({
    leaf: encodeLeaf({ kind: 77 as LeafKind, critical, subject, body: Buffer.from('later') }),
    holders: [],
  });
  await copy.offer(
    await owner.write([
      unknown(identifierOf('X'), true),
      unknown(identifierOf('Y'), false),
      issued('S0', [], { state: 9 as never }),
    ]),
  );
  await copy.offer(await owner.write([issued('S1')]));
  assert.deepEqual(told, [2, 0]);
  const asked = ['X', 'Y', 'S0'].map((serial) => licenceOf(identifierOf(serial, 2)));
  const found = await database.read((reader) => listNotUnderstood(reader, asked));
  assert.deepEqual(
    found.map(({ sequence, subject }) => [sequence, subject]),
    [
      [0, identifierOf('X')],
      [2, identifierOf('S0')],
    ],
    'whichever version is asked about',
  );
  assert.deepEqual(await database.read(countNotUnderstood), new Map([[copy.logId(), 2]]));
  assert.equal(copy.state().size, 4);
});

test('entries about issuers that are not the owner’s are kept, and noted with the time of their checkpoint', async () => {
  const database = await newDatabase();
  const owner = ownerLog();
  const copy = await open(database, owner, {
    foreignIssuers: (issuers) => issuers.filter(({ sequence }) => sequence % 2 === 1),
  });
  await copy.offer(await owner.write(batchOf('A', 3)));
  await copy.offer(await owner.write(batchOf('B', 3)));
  const listed = (ms: number) => database.read((reader) => listForeign(reader, new Date(begun + ms)));
  assert.deepEqual(await listed(1_000), []);
  assert.deepEqual(
    (await listed(1_001)).map(({ sequence }) => sequence),
    [1],
  );
  assert.deepEqual(
    (await listed(2_001)).map(({ sequence, issuerCode, node }) => [sequence, issuerCode, node]),
    [1, 3, 5].map((sequence) => [sequence, '11430000006122244L', '440300']),
  );
  assert.equal(copy.state().size, 6);
});

test('lookup data of any size and form that a carrier made up does no harm', async () => {
  const database = await newDatabase();
  const owner = ownerLog();
  const forged = issued('S0', ['a']);
  await owner.write([
    { ...forged, holders: [{ ...forged.holders[0]!, index: Buffer.alloc(3) }, ...sideOfMany()] },
  ]);
  const copy = await open(database, owner);
  await copy.offer(owner.stream());
  assert.deepEqual([copy.state().size, await holdersFound(database, 'a')], [1, []]);
  assert.deepEqual(await database.read(listLogsMissingSides), [copy.logId()]);
  await copy.offer(await owner.write([erased(0, 0)]));
  assert.deepEqual(await database.read(listLogsMissingSides), []);
});

const sideOfMany = () => Array.from({ length: 300 }, (_, i) => sideOf(`nobody ${i}`, i + 10));

test('of an access log the newest checkpoint is followed, also over a restart', async () => {
  const database = await newDatabase();
  const owner = ownerLog('440300', 'access');
  for (const count of [3, 4, 5]) await owner.write(batchOf(`A${count}`, count));
  const proved: [number, number][] = [];
  const proveConsistency: LogCopyOptions['proveConsistency'] = async (from, to) => {
    proved.push([from.size, to.size]);
    const proof = await owner.prove(from.size, to.size);
    return verifyConsistency({ size1: from.size, root1: from.root, size2: to.size, root2: to.root, proof });
  };
  const notes = owner.stream().filter(({ kind }) => kind === 'checkpoint');
  const first = await open(database, owner, { proveConsistency });
  await first.offer(notes.slice(0, 2));
  const second = await open(database, owner, { proveConsistency });
  assert.equal(second.state().size, 7);
  const { missing } = await second.offer(notes.slice(2));
  assert.deepEqual(
    [second.state().size, proved, missing],
    [
      12,
      [
        [3, 7],
        [7, 12],
      ],
      [],
    ],
  );
  assert.deepEqual(await database.read((reader) => readCheckpoints(reader, second.logId(), 0, 100)), []);
});

test('many entries in one offer', async () => {
  const database = await newDatabase();
  const owner = await writtenLog(1_000, 1_000, 1_000, 1_000, 1_000);
  const copy = await open(database, owner);
  const { verified, gapTo } = await copy.offer(owner.stream());
  assert.deepEqual([verified, gapTo, copy.state().size], [5_000, undefined, 5_000]);
  const tiles = copyTiles((fn) => database.read(fn), copy.logId());
  assert.deepEqual(
    await rootFromTiles(5_000, tiles),
    parseLogCheckpoint(parseNote(owner.notes.at(-1)!.note).text).root,
  );
});

test('records of a topic: whatever is none of ours is noise', () => {
  const noise = { kind: 'noise' };
  assert.deepEqual(topicItem(null), noise);
  assert.deepEqual(topicItem(Buffer.from('no record')), noise);
  const whole = Buffer.from(
    LogRecord.encode({
      record: { $case: 'entry', value: { sequence: 1n, leaf: Buffer.alloc(100), holders: [] } },
    }).finish(),
  );
  assert.equal(topicItem(whole).kind, 'entry');
  assert.deepEqual(topicItem(whole.subarray(0, 50)), noise);
});
