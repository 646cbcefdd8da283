import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openNote, parseLogCheckpoint, verifierFromRaw } from '@lianzheng/note';
import { LastSignedState } from '@lianzheng/proto/signature/v1/signature';
import { begun, node, serving } from './harness.ts';
import { historyOf } from './history.ts';

const log = { node, log: 'status', generation: 1 };

test('checkpoints of a growing log are signed under the key of its origin', async (t) => {
  const { client, home } = await serving(t, 'issuance');
  const history = await historyOf('true', 300);
  const key = home.keystore.findKey('log:status')!.entry;
  let first = 0;
  for (const size of [0, 1, 2, 255, 300]) {
    const { checkpoint } = await client.signCheckpoint(await history.request(size, first));
    const { text, verified } = openNote(checkpoint, [verifierFromRaw(key.name!, key.publicKey!)]);
    assert.equal(verified.length, 1);
    assert.deepEqual(parseLogCheckpoint(text), {
      ...log,
      size,
      root: await history.root(size),
      time: new Date(begun.getTime() + size * 1000),
      previousSize: first,
      furtherExtensions: [],
    });
    first = size;
  }
  const last = await client.getLastSigned({ log: { ...log, generation: 0 } });
  assert.deepEqual(last, {
    state: LastSignedState.KNOWN,
    log,
    size: 300n,
    root: await history.root(300),
    time: new Date(begun.getTime() + 300_000),
  });
});

test('nothing that contradicts what was signed is signed', async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 20);
  const other = await historyOf('other', 20);
  await client.signCheckpoint(await history.request(10, 0));
  const proof20 = (await history.request(20, 10)).consistencyProof;
  const early = new Date(begun.getTime() + 9_999);
  const cases = [
    { reason: 'MEMORY_SMALLER', request: await history.request(9, 9) },
    { reason: 'MEMORY_OTHER_ROOT', request: await other.request(10, 10) },
    { reason: 'MEMORY_TIME', request: await history.request(10, 10, { time: early }) },
    { reason: 'MEMORY_TIME', request: await history.request(20, 10, { time: early }) },
    { reason: 'PROOF_INVALID', request: await history.request(20, 10, { consistencyProof: [] }) },
    { reason: 'PROOF_INVALID', request: await history.request(20, 9) },
    { reason: 'PROOF_INVALID', request: await other.request(20, 10) },
    { reason: 'PROOF_INVALID', request: await other.request(20, 10, { consistencyProof: proof20 }) },
    { reason: 'PROOF_INVALID', request: await history.request(10, 10, { consistencyProof: proof20 }) },
  ];
  for (const { reason, request } of cases) {
    await assert.rejects(client.signCheckpoint(request), { code: 'FAILED_PRECONDITION', reason });
  }
  assert.equal((await client.getLastSigned({ log })).size, 10n);
  await client.signCheckpoint(await history.request(20, 10));
});

test('the empty log has one root, and needs no proof to grow', async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 5);
  const wrongEmpty = await history.request(0, 0, { root: Buffer.alloc(32) });
  await assert.rejects(client.signCheckpoint(wrongEmpty), { reason: 'MEMORY_OTHER_ROOT' });
  const needless = await history.request(5, 0, { consistencyProof: [Buffer.alloc(32)] });
  await assert.rejects(client.signCheckpoint(needless), { reason: 'PROOF_INVALID' });
  await client.signCheckpoint(await history.request(5, 0));
});

test('the same checkpoint again gives the same note; a heartbeat only moves the time', async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 4);
  const request = await history.request(4, 0);
  const { checkpoint } = await client.signCheckpoint(request);
  const again = await client.signCheckpoint({ ...request, consistencyProof: [] });
  assert.deepEqual(again.checkpoint, checkpoint);
  const beat = new Date(begun.getTime() + 9_000);
  await client.signCheckpoint(await history.request(4, 4, { time: beat }));
  assert.deepEqual((await client.getLastSigned({ log })).time, beat);
});

test('requests in flight are judged one after the other, each log by itself', async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 64);
  const sizes = Array.from({ length: 64 }, (_, i) => i + 1);
  const requests = await Promise.all(sizes.map((size) => history.request(size, size - 1)));
  const answers = await Promise.allSettled(requests.map((request) => client.signCheckpoint(request)));
  const signed = answers.filter(({ status }) => status === 'fulfilled').length;
  assert.equal((await client.getLastSigned({ log })).size, BigInt(signed));
  for (const answer of answers.slice(signed)) {
    assert.ok(answer.status === 'rejected' && answer.reason.code === 'FAILED_PRECONDITION');
  }
});

test('malformed requests are told all their faults', async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 2);
  const request = await history.request(2, 0, {
    root: Buffer.alloc(31),
    time: undefined,
    previousSize: 3n,
    consistencyProof: Array.from({ length: 200 }, () => Buffer.alloc(32)),
  });
  await assert.rejects(
    client.signCheckpoint(request),
    (error: { details: { fields: { field: string }[] } }) => {
      const fields = error.details.fields.map(({ field }) => field);
      assert.deepEqual(fields, ['root', 'time', 'previous_size', 'consistency_proof']);
      return true;
    },
  );
  const huge = await history.request(2, 0, { size: 2n ** 53n });
  await assert.rejects(client.signCheckpoint(huge), { code: 'INVALID_ARGUMENT' });
  for (const name of ['', 'witness', '__proto__']) {
    const unknown = await history.request(2, 0, { log: { node, log: name, generation: 0 } });
    await assert.rejects(client.signCheckpoint(unknown), { code: 'INVALID_ARGUMENT' });
  }
});
