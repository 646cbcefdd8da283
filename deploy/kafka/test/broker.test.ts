import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { describeCluster, topicEnds } from '@lianzheng/kafka/cluster-admin';
import { type Broker, deleteRecordsBefore, ensureTopics, prepareKafka, startBroker } from '../src/index.ts';
import { readUntil, send } from './records.ts';

const topic = 'lianzheng.status.440300';
let dir: string;
let broker: Broker;

before(async () => {
  await prepareKafka();
  dir = await mkdtemp(join(tmpdir(), 'lz-broker-test-'));
  broker = await startBroker({ name: '440300', dir: join(dir, 'broker') });
  await ensureTopics(broker, [topic]);
});

after(async () => {
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('an acknowledged record survives kill -9, at the same address', async () => {
  await send(broker, topic, ['before']);
  const { pid, bootstrap } = { pid: broker.pid(), bootstrap: broker.bootstrap };
  await broker.kill9();
  await assert.rejects(describeCluster(broker));
  await broker.restart();
  assert.notEqual(broker.pid(), pid);
  assert.equal(broker.bootstrap, bootstrap);
  await send(broker, topic, ['after']);
  const values = await readUntil(broker, topic, (seen) => seen.includes('after'));
  assert.deepEqual(values, ['before', 'after']);
});

test('a topic keeps its settings and its records when it is ensured again', async () => {
  const { next } = (await topicEnds(broker, topic))!;
  await ensureTopics(broker, [topic, 'lianzheng.catalog.440300']);
  assert.equal((await topicEnds(broker, topic))?.next, next);
  assert.deepEqual(await topicEnds(broker, 'lianzheng.catalog.440300'), { first: 0n, next: 0n });
  assert.equal(await topicEnds(broker, 'lianzheng.access.440300'), undefined);
});

test('nobody makes a topic by writing to it', async () => {
  await assert.rejects(send(broker, 'lianzheng.status.440400', ['x']), /does not host this topic/);
});

test('a paused broker answers nothing, a resumed one everything', async () => {
  broker.pause();
  await delay(50); // On a busy machine not every thread stops at once.
  const waiting = describeCluster(broker);
  const first = await Promise.race([waiting.then(() => 'answered'), delay(300, 'silent')]);
  broker.resume();
  assert.equal(first, 'silent');
  await waiting.catch(() => undefined); // It may have run out of patience: the next question counts.
  assert.equal((await describeCluster(broker)).brokers, 1);
});

test('records are deleted with the tool of Kafka', async () => {
  await send(broker, topic, ['a', 'b', 'c']);
  const { next } = (await topicEnds(broker, topic))!;
  await deleteRecordsBefore(broker, topic, next - 1n);
  assert.deepEqual(await topicEnds(broker, topic), { first: next - 1n, next });
  await assert.rejects(deleteRecordsBefore(broker, 'no.such.topic', 1n), /has no topic/);
});

test('a broker that cannot start says what its log says', async () => {
  const broken = join(dir, 'broken');
  await mkdir(join(broken, 'data'), { recursive: true });
  await writeFile(
    join(broken, 'data', 'meta.properties'),
    'version=1\nnode.id=7\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\n',
  );
  await assert.rejects(startBroker({ name: 'broken', dir: broken }), /did not start; .*node id/is);
});
