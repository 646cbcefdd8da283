import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { describeCluster } from '@lianzheng/kafka/cluster-admin';
import {
  type Broker,
  type ClusterAddress,
  cityAtProvinceAcls,
  ensureTopics,
  prepareKafka,
  startBroker,
  topicsOf,
} from '../src/index.ts';
import { testAuthority } from './certificates.ts';
import { send } from './records.ts';

const mine = 'lianzheng.status.440300';
const others = 'lianzheng.status.440100';
let dir: string;
let province: Broker;
let city: ClusterAddress;
let service: ClusterAddress;
let stranger: ClusterAddress;

before(async () => {
  await prepareKafka();
  dir = await mkdtemp(join(tmpdir(), 'lz-kafka-security-'));
  const authority = await testAuthority();
  province = await startBroker({
    name: '440000',
    dir: join(dir, 'broker'),
    mesh: {},
    tls: await authority.issue('440000'),
    superUsers: ['exchange.440000'],
    acls: cityAtProvinceAcls('440300'),
  });
  await ensureTopics(province, [...topicsOf('440100'), ...topicsOf('440300')]);
  const mesh = province.mesh!;
  city = { bootstrap: mesh, tls: await authority.issue('440300') };
  service = { bootstrap: province.bootstrap, tls: await authority.issue('exchange.440000') };
  stranger = { bootstrap: mesh, tls: await authority.issue('somebody') };
});

after(async () => {
  await province?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('a city writes its own topics at the province', async () => {
  for (const topic of topicsOf('440300')) await send(city, topic, ['mine']);
});

test('a city is refused on the topic of another city', async () => {
  await assert.rejects(send(city, others, ['forged']), /not authorized/i);
});

test('a city makes no topic but its own', async () => {
  await assert.rejects(ensureTopics(city, ['lianzheng.status.440400']), /not authorized|creation errors/i);
});

test('a certificate of our CA alone allows nothing', async () => {
  await assert.rejects(send(stranger, mine, ['x']), /not authorized/i);
});

test('without a certificate, or with one of another CA, nobody is let in', async () => {
  const bootstrap = province.mesh!;
  await assert.rejects(describeCluster({ bootstrap }));
  const foreign = await (await testAuthority()).issue('440300');
  await assert.rejects(describeCluster({ bootstrap, tls: { ...foreign, caPem: city.tls!.caPem } }));
});

test('the services of the node itself may do everything', async () => {
  await send(service, others, ['from a superuser']);
});

test('permissions stand after a restart', async () => {
  await province.kill9();
  await province.restart();
  await send(city, mine, ['again']);
  await assert.rejects(send(city, others, ['forged again']), /not authorized/i);
});
