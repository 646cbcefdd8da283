import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { findSequences, insertWaiting, MAX_BATCH } from '../src/index.ts';
import {
  assertWhole,
  leafOf,
  leavesOf,
  type Owner,
  ownersDatabases,
  readLog,
  readSizes,
  startOwner,
  topic,
  until,
} from './owner.ts';
import { signatureNode } from './signature-node.ts';

const databases = await ownersDatabases();
const owner = (
  t: Parameters<typeof startOwner>[0],
  options: Partial<Parameters<typeof startOwner>[2]> = {},
) =>
  signatureNode().then((keys) =>
    startOwner(t, databases, { signer: keys.signer(), ...options }).then((it) => ({ ...it, keys })),
  );

test('entries get their numbers in the order of their ids, under signed checkpoints that chain', async (t) => {
  const it = await owner(t);
  await it.ready();
  const first = await it.write(leavesOf('a', 0, 3));
  await it.integrated(3);
  it.clock.advance(10);
  // All of them wait when the relay looks: their ids, not their commits, tell their order.
  const release = await holdSequencing(it, 'held');
  const others = await it.write(leavesOf('b', 0, 40), false);
  await release();
  await it.integrated(44);
  const log = await readLog(it.database);
  await assertWhole(log, it.keys.signer());
  assert.deepEqual(log.subjects.slice(0, 3), ['a0', 'a1', 'a2']);
  assert.deepEqual(
    log.entries.map((entry) => entry.entry_id),
    [...first, first[2]! + 1, ...others.sort((a, b) => a - b)],
  );
  assert.deepEqual(log.waiting, []);
  const sequences = await it.database.read((reader) => findSequences(reader, [first[2]!, others[0]!, 999]));
  assert.deepEqual([sequences.get(first[2]!), sequences.size], [2, 2]);
});

test('an entry waits for its commit: one that commits later comes later, whatever its id', async (t) => {
  const it = await owner(t);
  await it.ready();
  const drawn = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = it.database.tx(async (tx) => {
    await insertWaiting(tx, [{ leaf: leafOf('slow') }]);
    drawn.resolve();
    await goOn.promise;
  });
  await drawn.promise;
  await it.write(['fast']);
  await it.integrated(1);
  goOn.resolve();
  await slow;
  await it.integrated(2);
  assert.deepEqual((await readLog(it.database)).subjects, ['fast', 'slow']);
});

test('an entry that is rolled back leaves no trace', async (t) => {
  const it = await owner(t);
  await it.ready();
  const refused = it.database.tx(async (tx) => {
    await insertWaiting(tx, [{ leaf: leafOf('refused') }]);
    throw new Error('refused');
  });
  await assert.rejects(refused, /refused/);
  await it.write(['taken']);
  await it.integrated(1);
  assert.deepEqual((await readLog(it.database)).subjects, ['taken']);
});

test('a backlog is cut into batches of 1,000 entries and 2 MiB', async (t) => {
  const it = await owner(t);
  await it.ready();
  await it.write(leavesOf('n', 0, 2_300));
  await it.integrated(2_300);
  const big = Array.from({ length: 40 }, (_, i) => ({
    leaf: Buffer.concat([leafOf(`big${i}`), Buffer.alloc(60_000)]),
  }));
  await it.write(big);
  await it.integrated(2_340);
  const log = await readLog(it.database);
  await assertWhole(log, it.keys.signer());
  const sizes = log.kept.map(({ size }) => size);
  const steps = sizes.map((size, i) => size - (sizes[i - 1] ?? 0));
  assert.ok(
    steps.every((step) => step <= MAX_BATCH),
    `${steps}`,
  );
  assert.ok(
    steps.filter((_, i) => sizes[i]! > 2_300).every((step) => step * 60_000 <= 2 << 20),
    `${steps}`,
  );
});

test('while more waits than a batch takes, time goes on only as far as all that had committed then', async (t) => {
  const it = await owner(t);
  await it.ready();
  const begunAt = it.clock.now();
  const release = await holdSequencing(it, 'first');
  await it.write(leavesOf('many', 0, 2 * MAX_BATCH + 1));
  it.clock.advance(100);
  await release();
  await it.integrated(2 * MAX_BATCH + 2);
  assert.deepEqual(await keptTimes(it), [begunAt, begunAt, begunAt, it.clock.now()]);
});

test('when idle a heartbeat follows the clock: newer note, same size, not kept', async (t) => {
  const sent = topic();
  const it = await owner(t, { publish: sent.publish });
  await it.ready();
  await it.write(['one']);
  await it.integrated(1);
  const before = await readLog(it.database);
  it.clock.advance(1_999);
  await until('the one entry is published', () => sent.records.length === 3);
  it.clock.advance(1);
  await until('heartbeat', async () => !(await readLog(it.database)).note!.equals(before.note!));
  const after = await readLog(it.database);
  await assertWhole(after, it.keys.signer());
  const { time, previousSize, size } = parseLogCheckpoint(parseNote(after.note!).text);
  assert.deepEqual([time, size, previousSize], [it.clock.now(), 1, 1]);
  assert.deepEqual(
    after.kept.map((kept) => kept.size),
    [1],
  );
  await until('heartbeat is published', () => sent.records.length === 4);
  assert.deepEqual(sent.records, [
    { size: 0, previous: 0 },
    { sequence: 0, subject: 'one' },
    { size: 1, previous: 0 },
    { size: 1, previous: 1 },
  ]);
});

test('a checkpoint is of a time before which everything that had committed stands under it', async (t) => {
  const it = await owner(t);
  await it.ready();
  const begunAt = it.clock.now();
  const release = await holdSequencing(it, 'first');
  it.clock.advance(500);
  await it.write(['meanwhile']);
  it.clock.advance(500);
  await release();
  await it.integrated(2);
  assert.deepEqual(await keptTimes(it), [begunAt, it.clock.now()]);
});

test('a clock that goes back makes no time that goes back', async (t) => {
  const it = await owner(t);
  await it.ready();
  await it.write(['one']);
  await it.integrated(1);
  it.clock.advance(-3_600_000);
  await it.write(['two']);
  await it.integrated(2);
  await assertWhole(await readLog(it.database), it.keys.signer());
});

test('of two relays one works, and when it loses its lock the other takes over', async (t) => {
  const keys = await signatureNode();
  const first = await startOwner(t, databases, { signer: keys.signer() });
  await first.ready();
  const second = await startOwner(t, databases, { signer: keys.signer(), database: first.name });
  await second.state(/^waiting$/);
  await first.write(leavesOf('a', 0, 5));
  await first.integrated(5);
  assert.equal(second.relay.ready(), false);
  const { epoch } = await readLog(first.database);
  const killed = await first.database.read((reader) =>
    reader.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    ),
  );
  assert.equal(killed.length, 1);
  await until('a new tenure', async () => (await readSizes(first.database)).epoch > epoch);
  await until('one is ready again', () => first.relay.ready() || second.relay.ready());
  assert.notEqual(first.relay.ready(), second.relay.ready());
  await first.write(leavesOf('b', 0, 5));
  second.relay.wake();
  await first.integrated(10);
  await assertWhole(await readLog(first.database), keys.signer());
});

test('a relay that was paused finds its epoch gone, and neither sequences nor stores anything', async (t) => {
  const keys = await signatureNode();
  const signing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let pausing = false;
  const paused = await startOwner(t, databases, {
    signer: {
      ...keys.signer(),
      async sign(checkpoint) {
        if (pausing) {
          signing.resolve();
          await goOn.promise;
        }
        return keys.signer().sign(checkpoint);
      },
    },
  });
  await paused.ready();
  pausing = true;
  await paused.write(['before']);
  await signing.promise;
  // Another relay's tenure, as if the lock had been lost while this one stood still.
  pausing = false;
  await paused.database.tx((tx) => tx.execute('UPDATE log_head SET epoch = epoch + 1'));
  goOn.resolve();
  await paused.state(/^starting$/);
  assert.equal((await readLog(paused.database)).integrated, 0);
  await paused.ready();
  await paused.integrated(1);
  await assertWhole(await readLog(paused.database), keys.signer());
});

test('a stopped relay is not ready', async (t) => {
  const it = await owner(t);
  await it.ready();
  await it.relay.stop();
  assert.deepEqual([it.relay.ready(), it.relay.state()], [false, 'stopped']);
});

/** Lets the relay read what waits and stand still before it stores; resolves when it does. */
async function holdSequencing({ database, write }: Owner, entry: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const holding = database.tx(async (tx) => {
    await tx.execute('LOCK TABLE log_entry IN SHARE MODE');
    held.resolve();
    await goOn.promise;
  });
  await held.promise;
  await write([entry]);
  await until('the relay stands still', async () => {
    const blocked = await database.read((reader) =>
      reader.rows("SELECT FROM pg_locks WHERE NOT granted AND relation = 'log_entry'::regclass"),
    );
    return blocked.length > 0;
  });
  return async () => {
    goOn.resolve();
    await holding;
  };
}

async function keptTimes({ database }: Owner): Promise<Date[]> {
  const { kept } = await readLog(database);
  return kept.map(({ note }) => parseLogCheckpoint(parseNote(note).text).time);
}
