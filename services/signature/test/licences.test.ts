import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compactVerify, importJWK } from 'jose';
import { callerOf, department, node, operatorUri, serving } from './harness.ts';

const payloadsOf = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    Buffer.from(JSON.stringify({ 证照编号: `粤(2026)第${i}号`, salt: 'x'.repeat(600) })),
  );

async function verifierOf(publicJwk: string) {
  const key = await importJWK(JSON.parse(publicJwk), 'ES256');
  return (jws: string) => compactVerify(jws, key, { algorithms: ['ES256'] });
}

test('licences are signed in order, and jose verifies them', async (t) => {
  const { client } = await serving(t, 'issuance');
  const [key] = (await client.listKeys({ purpose: `department:${department}` })).keys;
  const verify = await verifierOf(key!.publicJwk);
  const payloads = payloadsOf(1_000);
  const { jws } = await client.signLicences({ departmentCode: department, payloads });
  assert.equal(jws.length, 1_000);
  for (const i of [0, 1, 31, 32, 500, 999]) {
    const { payload, protectedHeader } = await verify(jws[i]!);
    assert.deepEqual(Buffer.from(payload), payloads[i]);
    assert.deepEqual(protectedHeader, { alg: 'ES256', kid: key!.keyId, typ: 'licence+jws' });
  }
  assert.deepEqual(await client.signLicences({ departmentCode: department, payloads: [] }), { jws: [] });
});

test('a department without a key is told how it gets one; a rotated key leaves old signatures valid', async (t) => {
  const { client, service, home } = await serving(t, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  const code = '11440300MB2D000147';
  const request = { departmentCode: code, payloads: payloadsOf(1) };
  await assert.rejects(client.signLicences(request), {
    code: 'FAILED_PRECONDITION',
    reason: 'KEY_MISSING',
    message: new RegExp(`RotateKey department:${code}`),
  });
  const purpose = `department:${code}`;
  const { key: first } = await operator.rotateKey({ purpose, fromSize: 0n });
  const [before] = (await client.signLicences(request)).jws;
  const { key: second } = await operator.rotateKey({ purpose, fromSize: 0n });
  const [after] = (await client.signLicences(request)).jws;
  await (await verifierOf(first!.publicJwk))(before!);
  await (await verifierOf(second!.publicJwk))(after!);
  await assert.rejects(async () => (await verifierOf(first!.publicJwk))(after!));
  const { keys } = await client.listKeys({ purpose });
  assert.deepEqual(
    keys.map(({ keyId, retiredAt }) => [keyId, retiredAt !== undefined]),
    [
      [first!.keyId, true],
      [second!.keyId, false],
    ],
  );
  assert.equal(home.env.LZ_NODE, node);
});

test('too many, too large, empty and unowned payloads are refused', async (t) => {
  const { client } = await serving(t, 'issuance');
  const refused = { code: 'INVALID_ARGUMENT' };
  for (const payloads of [payloadsOf(1_001), [Buffer.alloc(0)], [Buffer.alloc(48 * 1024 + 1)]]) {
    await assert.rejects(client.signLicences({ departmentCode: department, payloads }), refused);
  }
  await assert.rejects(client.signLicences({ departmentCode: '../x', payloads: payloadsOf(1) }), refused);
  const largest = { departmentCode: department, payloads: [Buffer.alloc(48 * 1024, 'x')] };
  assert.equal((await client.signLicences(largest)).jws.length, 1);
});

test('a thousand licences do not hold up other calls', async (t) => {
  const { client, service } = await serving(t, 'issuance');
  const other = await callerOf(t, service, 'catalog');
  const log = { node, log: 'catalog', generation: 0 };
  await other.getLastSigned({ log });
  const ended: string[] = [];
  const payloads = payloadsOf(1_000);
  const many = Array.from({ length: 8 }, async () => {
    await client.signLicences({ departmentCode: department, payloads });
    ended.push('licences');
  });
  await other.getLastSigned({ log }).then(() => ended.push('other'));
  await Promise.all(many);
  assert.equal(ended[0], 'other', ended.join());
  assert.equal(ended.filter((what) => what === 'licences').length, 8);
});
