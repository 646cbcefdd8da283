import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  leafOf,
  leavesOf,
  ownersDatabases,
  type Record,
  readLog,
  readSizes,
  startOwner,
  topic,
  until,
} from './owner.ts';
import { signatureNode } from './signature-node.ts';

const databases = await ownersDatabases();
const untilPublished = (it: { database: Parameters<typeof readLog>[0] }, size: number) =>
  until(`${size} published`, async () => (await readSizes(it.database)).published === size);

/** Entries and checkpoints of a reader that drops what it has already: the order in which the topic tells them. */
function readOnce(records: readonly Record[]): { sequences: number[]; kept: number[] } {
  const sequences: number[] = [];
  const kept: number[] = [];
  for (const record of records) {
    if ('sequence' in record) {
      assert.ok(record.sequence <= sequences.length, `${record.sequence} after ${sequences.length} entries`);
      if (record.sequence === sequences.length) sequences.push(record.sequence);
    } else if (record.size > (kept.at(-1) ?? 0)) {
      assert.ok(record.size <= sequences.length, `checkpoint ${record.size} before its entries`);
      assert.equal(record.previous, kept.at(-1) ?? 0);
      kept.push(record.size);
    }
  }
  return { sequences, kept };
}

test('entries, then the checkpoint over them; trace context in headers; nothing twice', async (t) => {
  const keys = await signatureNode();
  const sent = topic();
  const it = await startOwner(t, databases, { signer: keys.signer(), publish: sent.publish });
  await it.ready();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await it.write([{ leaf: leafOf('traced'), traceparent }, { leaf: leafOf('other') }]);
  await untilPublished(it, 2);
  await it.write(['third']);
  await untilPublished(it, 3);
  assert.deepEqual(sent.records, [
    { size: 0, previous: 0 },
    { sequence: 0, subject: 'traced', traceparent },
    { sequence: 1, subject: 'other' },
    { size: 2, previous: 0 },
    { sequence: 2, subject: 'third' },
    { size: 3, previous: 2 },
  ]);
});

test('while Kafka is away the log grows; then everything follows in order, whatever was repeated', async (t) => {
  const keys = await signatureNode();
  let failures = 3;
  let away = true;
  const sent = topic(async () => {
    if (away) throw new Error('no broker');
    if (failures-- > 0) throw new Error('connection reset');
  });
  const it = await startOwner(t, databases, { signer: keys.signer(), publish: sent.publish });
  await it.ready();
  await it.write(leavesOf('a', 0, 4_500));
  await it.integrated(4_500);
  assert.deepEqual(
    [it.relay.ready(), sent.records.length, (await readLog(it.database)).published],
    [true, 0, 0],
  );
  away = false;
  await untilPublished(it, 4_500);
  const { sequences, kept } = readOnce(sent.records);
  assert.equal(sequences.length, 4_500);
  assert.deepEqual(
    kept,
    (await readLog(it.database)).kept.map(({ size }) => size),
  );
  assert.equal(sent.records.length, 4_500 + kept.length);
});

test('a crash in the middle of publishing repeats records and skips none', async (t) => {
  const keys = await signatureNode();
  const sent = topic();
  let acknowledge = false;
  const unacknowledged = async (...args: Parameters<typeof sent.publish>) => {
    await sent.publish(...args);
    if (!acknowledge) throw new Error('acknowledgement lost');
  };
  const first = await startOwner(t, databases, { signer: keys.signer(), publish: unacknowledged });
  await first.ready();
  await first.write(leavesOf('a', 0, 10));
  await until('sent at least once', () =>
    sent.records.some((record) => 'sequence' in record && record.sequence === 9),
  );
  await first.stop();
  acknowledge = true;
  const second = await startOwner(t, databases, {
    signer: keys.signer(),
    publish: unacknowledged,
    database: first.name,
  });
  await second.write(leavesOf('b', 0, 5));
  await untilPublished(second, 15);
  const { sequences, kept } = readOnce(sent.records);
  assert.deepEqual(
    [sequences.length, kept],
    [15, (await readLog(second.database)).kept.map(({ size }) => size)],
  );
});

test('a send is bounded by bytes too', async (t) => {
  const keys = await signatureNode();
  const sends: number[] = [];
  const sent = topic();
  const it = await startOwner(t, databases, {
    signer: keys.signer(),
    publish: async (records, signal) => {
      sends.push(records.reduce((sum, { value }) => sum + value.length, 0));
      await sent.publish(records, signal);
    },
  });
  await it.ready();
  await it.write(
    Array.from({ length: 200 }, (_, i) => ({
      leaf: Buffer.concat([leafOf(`big${i}`), Buffer.alloc(60_000)]),
    })),
  );
  await untilPublished(it, 200);
  assert.equal(readOnce(sent.records).sequences.length, 200);
  assert.ok(
    sends.every((bytes) => bytes < 5 << 20),
    `${sends}`,
  );
});

test('of an access log only checkpoints leave', async (t) => {
  const keys = await signatureNode();
  const sent = topic();
  const it = await startOwner(t, databases, {
    signer: keys.signer(),
    publish: sent.publish,
    checkpointsOnly: true,
  });
  await it.ready();
  await it.write(leavesOf('a', 0, 3));
  await untilPublished(it, 3);
  assert.deepEqual(sent.records, [
    { size: 0, previous: 0 },
    { size: 3, previous: 0 },
  ]);
});
