import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditorUri, callerOf, department, node, operatorUri, serving } from './harness.ts';
import { historyOf } from './history.ts';

const owners = { issuance: 'status', catalog: 'catalog', audit: 'access' } as const;

test('each service gets the signature of its own log only', async (t) => {
  const { service } = await serving(t, 'issuance');
  for (const [name, own] of Object.entries(owners)) {
    const client = await callerOf(t, service, name);
    for (const log of Object.values(owners)) {
      const history = await historyOf(name, 3, log);
      const call = client.signCheckpoint(await history.request(3, 0));
      if (log === own) await call;
      else await assert.rejects(call, { code: 'PERMISSION_DENIED', reason: 'NOT_YOUR_LOG' });
    }
  }
});

test("another node's logs are not signed here", async (t) => {
  const { client } = await serving(t, 'issuance');
  const history = await historyOf('true', 3);
  const foreign = await history.request(3, 0, { log: { node: '440100', log: 'status', generation: 0 } });
  await assert.rejects(client.signCheckpoint(foreign), { reason: 'NOT_YOUR_LOG' });
});

test('roles of the proto are enforced', async (t) => {
  const { service } = await serving(t, 'issuance');
  const history = await historyOf('true', 3);
  const log = { node, log: 'status', generation: 0 };
  const strangers = [
    'signature',
    'gateway',
    'lianzheng://440100/service/issuance',
    `lianzheng://${node}/department/${department}`,
    `lianzheng://${node}/operator/somebody`,
  ];
  for (const uri of [...strangers, operatorUri, auditorUri, 'exchange']) {
    const client = await callerOf(t, service, uri);
    const denied = { code: 'PERMISSION_DENIED', reason: 'ROLE_REQUIRED' };
    await assert.rejects(client.signLicences({ departmentCode: department, payloads: [] }), denied, uri);
    await assert.rejects(client.signCheckpoint(await history.request(3, 0)), denied, uri);
    await assert.rejects(client.restoreLastSigned({ checkpoint: Buffer.alloc(0) }), denied, uri);
    await assert.rejects(client.createDataKey({}), denied, uri);
    if (uri !== 'exchange') {
      await assert.rejects(client.computeHolderIndices({ queries: [] }), denied, uri);
      await assert.rejects(client.cosign({ checkpoints: [] }), denied, uri);
    }
    if (uri !== operatorUri) {
      await assert.rejects(client.startGeneration({ log }), denied, uri);
      await assert.rejects(client.rotateKey({ purpose: 'witness', fromSize: 0n }), denied, uri);
      await assert.rejects(client.getLastSigned({ log }), denied, uri);
    }
  }
});

test('an operator sees every log, and public halves of keys only', async (t) => {
  const { service, home } = await serving(t, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  for (const log of Object.values(owners)) {
    assert.equal((await operator.getLastSigned({ log: { node, log, generation: 0 } })).log?.generation, 1);
  }
  const { keys } = await operator.listKeys({ purpose: '' });
  assert.equal(keys.length, home.keystore.publicEntries().length);
  const jwk = JSON.parse(keys.find(({ purpose }) => purpose === `department:${department}`)!.publicJwk);
  assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  const secrets = keys.filter(({ purpose }) => purpose === 'data-wrap' || purpose === 'holder-index');
  assert.deepEqual(
    secrets.map(({ publicKey, publicJwk }) => [publicKey.length, publicJwk]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  await assert.rejects(operator.listKeys({ purpose: 'log:other' }), { code: 'INVALID_ARGUMENT' });
});
