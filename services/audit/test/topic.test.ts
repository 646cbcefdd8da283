import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Broker, ensureTopics, startBroker } from '@lianzheng/deploy-kafka';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { startConsumer } from '@lianzheng/kafka';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { isMeshError } from '@lianzheng/rpc';
import { clientAs, eventually, node, serving, uris } from './harness.ts';
import { recordOf } from './records.ts';

const topic = `lianzheng.access.${node}`;
let postgres: TestPostgres;
let broker: Broker;
let dir: string;

before(async () => {
  postgres = await testPostgres();
  dir = await mkdtemp(join(tmpdir(), 'lz-audit-kafka-'));
  broker = await startBroker({ name: 'audit', dir });
  await ensureTopics(broker, [topic]);
});
after(async () => {
  await postgres?.stop();
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('the topic bears checkpoints and cosigned heads, and nothing that was accessed', async (t) => {
  const home = await serving(t, postgres, broker.bootstrap);
  const exchange = await clientAs(t, home, uris.exchange);
  const records: NonNullable<LogRecord['record']>[] = [];
  const consumer = startConsumer({
    cluster: broker,
    clientId: 'test',
    groupPrefix: 'test',
    topics: [topic],
    from: async () => 0n,
    onBatch: async (batch) => {
      for (const { value } of batch.records) records.push(LogRecord.decode(value!).record!);
    },
    onError() {},
  });
  t.after(() => consumer.stop());

  await exchange.appendAccesses({ records: [1, 2, 3].map((number) => recordOf(number)) });
  const note = await eventually(async () => {
    const checkpoints = records.flatMap((record) => (record.$case === 'checkpoint' ? [record.value] : []));
    return checkpoints.find((value) => parseLogCheckpoint(parseNote(value).text).size === 3);
  }, 'a checkpoint over three entries');
  const newer = Buffer.from(note);
  await exchange.publishCosignedHeads({ notes: [newer] });
  const heads = await eventually(
    async () => records.find((record) => record.$case === 'cosignedHeads'),
    'the cosigned heads',
  );
  assert.deepEqual(heads.value, { notes: [newer] });
  assert.deepEqual(
    records.filter((record) => record.$case === 'entry'),
    [],
  );
  await assert.rejects(
    exchange.publishCosignedHeads({ notes: [newer, Buffer.from('no note')] }),
    (e) => isMeshError(e, 'INVALID_ARGUMENT') && e.details.fields?.[0]?.field === 'notes[1]',
  );
});
