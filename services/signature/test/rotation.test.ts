import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEndorsedBy } from '@lianzheng/keystore';
import { openNote, verifierFromRaw } from '@lianzheng/note';
import { type KeyEntry, LastSignedState } from '@lianzheng/proto/signature/v1/signature';
import { callerOf, enrol, node, operatorUri, serve, serving } from './harness.ts';
import { historyOf } from './history.ts';

const origin = `lianzheng/${node}/status/1`;
const log = { node, log: 'status', generation: 0 };

/** Whether this key, and not another, signed the note. */
function signedBy(note: Buffer, { name, publicKey }: KeyEntry): boolean {
  try {
    return openNote(note, [verifierFromRaw(name, publicKey)]).verified.length === 1;
  } catch {
    return false;
  }
}

const asEntry = ({ name, publicKey, fromSize, endorsement }: KeyEntry) => ({
  name,
  publicKey,
  fromSize: Number(fromSize),
  endorsement,
});

test('a rotated log key is endorsed and signs from its size on; older sizes stay with the old one', async (t) => {
  const home = await enrol(t);
  const service = await serve(t, home);
  const issuance = await callerOf(t, service, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  const history = await historyOf('true', 30);
  const [old] = (await operator.listKeys({ purpose: 'log:status' })).keys;
  const { checkpoint: at10 } = await issuance.signCheckpoint(await history.request(10, 0));

  const { key: fresh } = await operator.rotateKey({ purpose: 'log:status', fromSize: 20n });
  assert.deepEqual([fresh!.name, fresh!.fromSize], [origin, 20n]);
  assert.ok(isEndorsedBy(old!.publicKey, asEntry(fresh!)));

  const { checkpoint: at19 } = await issuance.signCheckpoint(await history.request(19, 10));
  const { checkpoint: at20 } = await issuance.signCheckpoint(await history.request(20, 19));
  assert.ok(signedBy(at10, old!) && signedBy(at19, old!) && !signedBy(at19, fresh!));
  assert.ok(signedBy(at20, fresh!) && !signedBy(at20, old!));

  await service.stop();
  const restarted = await callerOf(t, await serve(t, home), 'issuance');
  const { checkpoint: at30 } = await restarted.signCheckpoint(await history.request(30, 20));
  assert.ok(signedBy(at30, fresh!));
  await restarted.restoreLastSigned({ checkpoint: at30 });
});

test('a log key begins above what was signed and above its predecessor', async (t) => {
  const { client, service } = await serving(t, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  const history = await historyOf('true', 10);
  await client.signCheckpoint(await history.request(10, 0));
  for (const fromSize of [1n, 10n, 2n ** 60n]) {
    await assert.rejects(operator.rotateKey({ purpose: 'log:status', fromSize }), {
      code: 'INVALID_ARGUMENT',
    });
  }
  const { key } = await operator.rotateKey({ purpose: 'log:status', fromSize: 0n });
  assert.equal(key!.fromSize, 11n);
  assert.equal((await operator.rotateKey({ purpose: 'log:status', fromSize: 0n })).key!.fromSize, 12n);
  await client.signCheckpoint(await history.request(10, 10));
});

test('other keys rotate too; what is no purpose does not', async (t) => {
  const { service } = await serving(t, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  for (const purpose of ['witness', 'data-wrap', 'encryption']) {
    await operator.rotateKey({ purpose, fromSize: 0n });
    const { keys } = await operator.listKeys({ purpose });
    assert.deepEqual(
      keys.map(({ retiredAt }) => retiredAt !== undefined),
      [true, false],
    );
  }
  for (const purpose of ['', 'log:other', 'department:', 'department:114403000075421230']) {
    await assert.rejects(operator.rotateKey({ purpose, fromSize: 0n }), { code: 'INVALID_ARGUMENT' });
  }
});

test('a new generation has an endorsed key and an empty memory, and ends the old one', async (t) => {
  const home = await enrol(t);
  const service = await serve(t, home);
  const issuance = await callerOf(t, service, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  const history = await historyOf('true', 10);
  await issuance.signCheckpoint(await history.request(10, 0));
  const [old] = (await operator.listKeys({ purpose: 'log:status' })).keys;

  const { key } = await operator.startGeneration({ log: { ...log, generation: 1 } });
  assert.deepEqual([key!.name, key!.fromSize], [`lianzheng/${node}/status/2`, 0n]);
  assert.ok(isEndorsedBy(old!.publicKey, asEntry(key!)));
  const ended = { code: 'FAILED_PRECONDITION', reason: 'GENERATION_ENDED' };
  await assert.rejects(operator.startGeneration({ log: { ...log, generation: 1 } }), ended);
  const late = await history.request(10, 10, { log: { ...log, generation: 1 } });
  await assert.rejects(issuance.signCheckpoint(late), ended);

  const { checkpoint } = await issuance.signCheckpoint(await history.request(3, 0));
  assert.ok(signedBy(checkpoint, key!));
  await service.stop();
  const restarted = await callerOf(t, await serve(t, home), 'issuance');
  const last = await restarted.getLastSigned({ log });
  assert.deepEqual([last.state, last.log?.generation, last.size], [LastSignedState.KNOWN, 2, 3n]);
  const { keys } = await restarted.listKeys({ purpose: 'log:status' });
  assert.deepEqual(
    keys.map(({ name, retiredAt }) => [name, retiredAt !== undefined]),
    [
      [origin, true],
      [`lianzheng/${node}/status/2`, false],
    ],
  );
});
