import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { topicEnds } from '@lianzheng/kafka/cluster-admin';
import {
  type Broker,
  cityAtProvinceAcls,
  deleteRecordsBefore,
  ensureTopics,
  type MirrorEvent,
  type MirrorSupervisor,
  prepareKafka,
  startBroker,
  superviseMirror,
  topicsOf,
} from '../src/index.ts';
import { testAuthority } from './certificates.ts';
import { readUntil, send, until } from './records.ts';

const up = 'lianzheng.status.440300';
const down = 'lianzheng.catalog.440000';
let dir: string;
let province: Broker;
let city: Broker;
let supervisor: MirrorSupervisor;
const events: MirrorEvent[] = [];

before(async () => {
  await prepareKafka();
  dir = await mkdtemp(join(tmpdir(), 'lz-mirror-test-'));
  const authority = await testAuthority();
  const mirrorTls = await authority.issue('mirror.440300');
  [province, city] = await Promise.all([
    startBroker({
      name: '440000',
      dir: join(dir, 'province'),
      mesh: {},
      tls: await authority.issue('440000'),
      acls: cityAtProvinceAcls('440300', 'mirror.440300'),
    }),
    startBroker({
      name: '440300',
      dir: join(dir, 'city'),
      tls: await authority.issue('440300'),
      superUsers: ['mirror.440300'],
    }),
  ]);
  // Larger than MirrorMaker carries, so that one record can break the flow.
  await ensureTopics(city, topicsOf('440300'), { maxMessageBytes: 4_000_000 });
  await ensureTopics(province, topicsOf('440000'));
  supervisor = superviseMirror({
    mirror: {
      dir: join(dir, 'mirror'),
      city: { node: '440300', bootstrap: city.bootstrap },
      province: { node: '440000', bootstrap: province.mesh! },
      tls: mirrorTls,
    },
    nowMs: Date.now,
    onEvent: (event) => events.push(event),
  });
});

after(async () => {
  await supervisor?.stop();
  await Promise.all([province?.stop(), city?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

async function carried(from: Broker, to: Broker, topic: string, value: string): Promise<string[]> {
  await send(from, topic, [value]);
  await until(async () => (await topicEnds(to, topic)) !== undefined, `${topic} was not made at ${to.name}`);
  return readUntil(to, topic, (values) => values.includes(value));
}

test('records travel both ways under the same name, and none comes back', async () => {
  assert.deepEqual(await carried(city, province, up, 'from the city'), ['from the city']);
  assert.deepEqual(await carried(province, city, down, 'from the province'), ['from the province']);
  await carried(city, province, up, 'second');
  assert.deepEqual((await topicEnds(city, up))?.next, 2n);
  assert.deepEqual((await topicEnds(province, down))?.next, 1n);
});

test('the state of both flows can be read', async () => {
  const running = (source: string) =>
    supervisor.states().some((flow) => flow.source === source && flow.task === 0 && flow.state === 'RUNNING');
  await until(() => running('440300') && running('440000'), 'a flow does not say that it runs');
  assert.equal(supervisor.restarts(), 0);
});

test('killed with -9 it is started again and loses nothing', async () => {
  const killed = supervisor.mirror()!;
  await send(city, up, ['before the kill']);
  await killed.kill9();
  await send(city, up, ['while it was dead']);
  const values = await readUntil(province, up, (seen) => seen.includes('while it was dead'));
  assert.ok(values.includes('before the kill'));
  assert.equal(supervisor.restarts(), 1);
  assert.notEqual(supervisor.mirror()?.pid, killed.pid);
  assert.deepEqual(events.find(({ event }) => event === 'mirror_ended')?.signal, 'SIGKILL');
});

test('a failed task is noticed, reported with its reason and started again', async () => {
  const before = supervisor.restarts();
  await send(city, up, ['x'.repeat(1_500_000)]);
  await until(() => events.some(({ event }) => event === 'mirror_failed'), 'nobody noticed the failed task');
  const failure = events.find(({ event }) => event === 'mirror_failed')!;
  assert.equal(failure.connector, 'MirrorSourceConnector');
  assert.equal(failure.task, 0);
  assert.match(String(failure.reason), /Exception/);
  const failed = supervisor.states().find(({ source, task }) => source === '440300' && task === 0);
  assert.match(failed?.trace ?? '', /RecordTooLargeException/);
  await until(() => supervisor.restarts() > before, 'the process was not started again');

  // The record is taken away as an operator would; what follows it arrives by itself.
  await deleteRecordsBefore(city, up, (await topicEnds(city, up))!.next);
  await carried(city, province, up, 'after the large one');
});

test('a stopped supervisor leaves no process', async () => {
  const last = supervisor.mirror();
  await supervisor.stop();
  assert.equal(supervisor.mirror(), undefined);
  if (last) assert.throws(() => process.kill(last.pid, 0), { code: 'ESRCH' });
});
