import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { type Broker, deleteRecordsBefore, startBroker } from '@lianzheng/deploy-kafka';
import { createProducer, ensureTopics, listTopics, type Producer, topicEnds } from '../src/index.ts';
import { follow, textOf, values } from './follower.ts';

let dir: string;
let broker: Broker;
let producer: Producer;
const warnings: Error[] = [];
const closing: (() => Promise<void>)[] = [];
let topics = 0;

before(async () => {
  process.on('warning', (warning) => warnings.push(warning));
  dir = await mkdtemp(join(tmpdir(), 'lz-kafka-test-'));
  broker = await startBroker({ name: 'test', dir });
  producer = createProducer({ cluster: broker, clientId: 'test', onError() {} });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
after(async () => {
  await producer?.close();
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
  assert.deepEqual(warnings, []);
});

function nextTopic(): string {
  topics += 1;
  return `lianzheng.test.${topics}`;
}
async function freshTopic(): Promise<string> {
  const topic = nextTopic();
  await ensureTopics(broker, [topic]);
  return topic;
}
function following(options: Omit<Parameters<typeof follow>[0], 'cluster'>) {
  const follower = follow({ cluster: broker, ...options });
  closing.push(() => follower.consumer.stop());
  return follower;
}

test('records arrive as they were sent, in order, with key and headers', async () => {
  const topic = await freshTopic();
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  await producer.send(topic, [{ key: 'k', value: new Uint8Array([1, 0, 255]), headers }]);
  await Promise.all([producer.send(topic, values(0, 3_000)), producer.send(topic, values(3_000, 3_001))]);
  const follower = following({ topics: [topic], maxRecords: 1_000 });
  await follower.until(() => follower.positions.get(topic) === 3_002n);
  const [first, ...others] = follower.batches.flatMap(({ records }) => records);
  assert.deepEqual([first?.key, first?.value], [Buffer.from('k'), Buffer.from([1, 0, 255])]);
  assert.equal(first?.headers.traceparent?.toString(), headers.traceparent);
  assert.deepEqual(
    others.map(textOf),
    values(0, 3_001).map(({ value }) => value.toString()),
  );
  assert.ok(follower.batches.every(({ records }) => records.length <= 1_000));
  assert.equal(follower.batches.at(-1)?.highWatermark, 3_002n);
  assert.deepEqual(follower.consumer.state(), { phase: 'consuming', topics: [topic] });
});

test('reading goes on from the stored position, also when that is slow to come', async () => {
  const topic = await freshTopic();
  await producer.send(topic, values(0, 10));
  const from = async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 7n;
  };
  const follower = following({ topics: [topic], from });
  await follower.until(() => follower.read.length >= 3);
  assert.deepEqual(
    follower.read,
    [7, 8, 9].map((value) => `${topic} ${value}`),
  );
  assert.equal(follower.batches[0]?.expectedOffset, 7n);
});

test('a batch that failed is read again from the stored position, and other topics do not wait', async () => {
  const [bad, good] = [await freshTopic(), await freshTopic()];
  await producer.send(bad, values(0, 5));
  let failures = 0;
  const follower = following({
    topics: [bad, good],
    fail({ topic }) {
      if (topic === bad) failures += 1;
      return topic === bad && failures <= 3;
    },
  });
  await follower.until(() => failures >= 2);
  await producer.send(good, values(0, 1));
  await follower.until(() => follower.read.length === 6);
  assert.deepEqual(
    follower.read.filter((line) => line.startsWith(bad)),
    values(0, 5).map(({ value }) => `${bad} ${value}`),
  );
  assert.deepEqual([failures, follower.errors.length], [4, 3]);
});

test('a batch that failed after its position was stored is not read again', async () => {
  const topic = await freshTopic();
  await producer.send(topic, values(0, 3));
  const follower = following({
    topics: [topic],
    maxRecords: 1,
    failAfter: ({ records }) => records[0]?.offset === 1n,
  });
  await follower.until(() => follower.read.length >= 3);
  assert.deepEqual(
    follower.read,
    values(0, 3).map(({ value }) => `${topic} ${value}`),
  );
  assert.equal(follower.errors.length, 1);
});

test('a position that cannot be read is asked for again', async () => {
  const topic = await freshTopic();
  await producer.send(topic, values(0, 2));
  let asked = 0;
  const follower = following({
    topics: [topic],
    async from() {
      asked += 1;
      if (asked < 3) throw new Error('database away');
      return 1n;
    },
  });
  await follower.until(() => follower.read.length > 0);
  assert.deepEqual([follower.read, asked], [[`${topic} 1`], 3]);
});

test('a position beyond the end, or of deleted records, shows as another offset than expected', async () => {
  const topic = await freshTopic();
  await producer.send(topic, values(0, 4));
  const beyond = following({ topics: [topic], positions: new Map([[topic, 1_000n]]) });
  await beyond.until(() => beyond.read.length > 0);
  assert.deepEqual([beyond.batches[0]?.expectedOffset, beyond.batches[0]?.records[0]?.offset], [1_000n, 0n]);

  await deleteRecordsBefore(broker, topic, 3n);
  const late = following({ topics: [topic], positions: new Map([[topic, 1n]]) });
  await late.until(() => late.read.length > 0);
  assert.deepEqual([late.batches[0]?.expectedOffset, late.batches[0]?.records[0]?.offset], [1n, 3n]);
});

test('topics are read as soon as they exist, and others when the set changes', async () => {
  const [first, second, third] = [nextTopic(), nextTopic(), nextTopic()];
  const follower = following({ topics: [first, second] });
  await follower.until(() => follower.consumer.state().phase === 'waiting');
  for (const topic of [first, second]) {
    await ensureTopics(broker, [topic]);
    await producer.send(topic, values(0, 1));
    await follower.until(() => follower.read.includes(`${topic} 0`));
  }
  await ensureTopics(broker, [third]);
  await producer.send(third, values(0, 1));
  follower.consumer.setTopics([second, third]);
  await follower.until(() => follower.read.includes(`${third} 0`));
  await producer.send(first, values(1, 2));
  await producer.send(second, values(1, 2));
  await follower.until(() => follower.read.includes(`${second} 1`));
  assert.deepEqual(follower.read, [`${first} 0`, `${second} 0`, `${third} 0`, `${second} 1`]);
  assert.ok((await listTopics(broker)).includes(third));
});

test('a pattern takes in topics that appear later', async () => {
  const follower = following({ topics: /^lianzheng\.pattern\./ });
  for (const topic of ['lianzheng.pattern.1', 'lianzheng.pattern.2']) {
    await ensureTopics(broker, [topic]);
    await producer.send(topic, values(0, 1));
    await follower.until(() => follower.read.includes(`${topic} 0`));
  }
});

test('a paused topic waits, the others go on, and it goes on where it stood', async () => {
  const [held, other] = [await freshTopic(), await freshTopic()];
  const follower = following({ topics: [held, other] });
  await producer.send(held, values(0, 1));
  await follower.until(() => follower.read.length === 1);
  follower.consumer.pause(held);
  await producer.send(held, values(1, 2));
  await producer.send(other, values(0, 1));
  await follower.until(() => follower.read.includes(`${other} 0`));
  await producer.send(other, values(1, 2));
  await follower.until(() => follower.read.includes(`${other} 1`));
  assert.ok(!follower.read.includes(`${held} 1`));
  follower.consumer.resume(held);
  await follower.until(() => follower.read.includes(`${held} 1`));
});

test('the ends of a topic, right after it was made', async () => {
  const topic = await freshTopic();
  assert.deepEqual(await topicEnds(broker, topic), { first: 0n, next: 0n });
  assert.equal(await topicEnds(broker, nextTopic()), undefined);
});

test('outages: nothing acknowledged is lost, all that was sent is read, both come back by themselves', async () => {
  const topic = await freshTopic();
  const follower = following({ topics: [topic] });
  let sent = 0;
  let stop = false;
  const sending = (async () => {
    while (!stop) {
      await producer.send(topic, values(sent, sent + 20));
      sent += 20;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  for (const outage of [() => broker.kill9(), () => broker.stop()]) {
    await follower.until(() => sent > 0 && follower.read.length >= sent - 20);
    const before = sent;
    await outage();
    await broker.restart();
    await follower.until(() => sent > before + 40 && follower.read.length > before + 40);
  }
  stop = true;
  await sending;
  await follower.until(() => follower.read.includes(`${topic} ${sent - 1}`));
  const inOrder = follower.read.map((line) => Number(line.split(' ')[1]));
  let known = -1;
  for (const value of inOrder) {
    assert.ok(value <= known + 1, `gap between ${known} and ${value}`);
    known = Math.max(known, value);
  }
  assert.equal(known, sent - 1);
  const offsets = follower.batches.flatMap(({ records }) => records.map(({ offset }) => offset));
  assert.equal(
    new Set(offsets).size,
    offsets.length,
    'a record was read twice although its position was stored',
  );
});

test('a send waits for a cluster that is away, until its signal', async () => {
  const errors: unknown[] = [];
  const away = createProducer({
    cluster: { bootstrap: '127.0.0.1:1' },
    clientId: 'away',
    onError: (error) => errors.push(error),
  });
  const stopping = new AbortController();
  const send = away.send('lianzheng.test.away', values(0, 1), { signal: stopping.signal });
  const second = away.send('lianzheng.test.away', values(0, 1));
  setTimeout(() => stopping.abort(new Error('enough')), 200);
  await assert.rejects(send, /enough/);
  assert.ok(errors.length >= 2 && !away.connected());
  await Promise.all([assert.rejects(second, /closed/), away.close()]);
  await assert.rejects(away.send('lianzheng.test.away', values(0, 1)), /closed/);
});

test('a consumer of a cluster that is away can be stopped', async () => {
  const follower = follow({ cluster: { bootstrap: '127.0.0.1:1' }, topics: ['x'] });
  await follower.until(() => follower.errors.length >= 2);
  assert.equal(follower.consumer.state().phase, 'connecting');
  await follower.consumer.stop();
  assert.equal(follower.consumer.state().phase, 'stopped');
});
