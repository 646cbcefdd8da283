import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operatorUri, serving } from './harness.ts';

test('a data key is opened again by its service, also after the wrapping key was rotated', async (t) => {
  const { client, service, home } = await serving(t, 'issuance');
  const { dataKey, wrapped } = await client.createDataKey({});
  assert.equal(dataKey.length, 32);
  assert.notDeepEqual((await client.createDataKey({})).dataKey, dataKey);
  const wrapping = home.keystore.findKey('data-wrap')!.entry.keyId;
  assert.ok(Buffer.from(wrapped, 'base64url').includes(wrapping));

  const operator = await callerOf(t, service, operatorUri);
  await operator.rotateKey({ purpose: 'data-wrap', fromSize: 0n });
  assert.deepEqual((await client.openDataKey({ wrapped })).dataKey, dataKey);
  assert.ok(!Buffer.from((await client.createDataKey({})).wrapped, 'base64url').includes(wrapping));
});

test('no other service opens it, and no altered one is opened', async (t) => {
  const { client, service } = await serving(t, 'issuance');
  const { wrapped } = await client.createDataKey({});
  const audit = await callerOf(t, service, 'audit');
  const refused = { code: 'INVALID_ARGUMENT', reason: 'DATA_KEY_REFUSED' };
  await assert.rejects(audit.openDataKey({ wrapped }), refused);
  const last = wrapped.endsWith('A') ? 'B' : 'A';
  for (const bad of [
    '',
    'junk',
    wrapped.slice(0, -8),
    `${wrapped.slice(0, -9)}${last}${wrapped.slice(-8)}`,
  ]) {
    await assert.rejects(client.openDataKey({ wrapped: bad }), refused);
  }
});
