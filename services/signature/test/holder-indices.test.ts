import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { callerOf, enrol, operatorUri, serve, serving } from './harness.ts';

const query = { codeKind: '111', code: '440301199003070011', typeCode: '11440000MB2D00001W001' };

/** As written down, not as programmed: 4 bytes of length before each part. */
function expected(secret: Buffer, parts: string[]): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) {
    hmac.update(Buffer.from([0, 0, 0, Buffer.byteLength(part)])).update(part);
  }
  return hmac.digest();
}

test('indices are HMAC over kind, code and type, for every key in use', async (t) => {
  const { client, service, home } = await serving(t, 'issuance');
  const operator = await callerOf(t, service, operatorUri);
  const old = home.keystore.findKey('holder-index')!;
  const index = expected(old.secret.export(), [query.codeKind, query.code, query.typeCode]);
  const before = await client.computeHolderIndices({ queries: [query] });
  assert.deepEqual(before.indices, [{ entries: [{ keyId: old.entry.keyId, index }] }]);

  const { key } = await operator.rotateKey({ purpose: 'holder-index', fromSize: 0n });
  const queries = [query, { ...query, typeCode: '11440000MB2D00001W002' }];
  const { indices } = await client.computeHolderIndices({ queries });
  assert.deepEqual(
    indices.map(({ entries }) => entries.map(({ keyId }) => keyId)),
    [0, 1].map(() => [key!.keyId, old.entry.keyId]),
  );
  assert.deepEqual(indices[0]!.entries[1]!.index, index);
  const all = indices.flatMap(({ entries }) => entries.map((entry) => entry.index.toString('hex')));
  assert.equal(new Set(all).size, 4);
});

test('each caller has its own rate; exchange has less; time refills it', async (t) => {
  const home = await enrol(t);
  const env = { ...home.env, LZ_INDEX_RATE: '400', LZ_INDEX_RATE_EXCHANGE: '200' };
  const service = await serve(t, { ...home, env });
  const issuance = await callerOf(t, service, 'issuance');
  const exchange = await callerOf(t, service, 'exchange');
  const batch = { queries: Array.from({ length: 1_000 }, () => query) };
  const limited = { code: 'RESOURCE_EXHAUSTED', reason: 'INDEX_RATE' };
  for (let i = 0; i < 2; i += 1) await exchange.computeHolderIndices(batch);
  await assert.rejects(exchange.computeHolderIndices(batch), {
    ...limited,
    details: { retryAfterMs: 5_000 },
  });
  for (let i = 0; i < 4; i += 1) await issuance.computeHolderIndices(batch);
  await assert.rejects(issuance.computeHolderIndices(batch), limited);
  service.clock.advance(5_000);
  await exchange.computeHolderIndices(batch);
  await assert.rejects(exchange.computeHolderIndices({ queries: [query] }), limited);
});

test('faulty queries are named by their place, never by their code', async (t) => {
  const { client } = await serving(t, 'issuance');
  const queries = [query, { ...query, code: '' }, { ...query, typeCode: 'x'.repeat(101) }];
  await assert.rejects(client.computeHolderIndices({ queries }), (error: Error & { details: object }) => {
    const told = JSON.stringify([error.message, error.details]);
    assert.match(told, /queries\[1\]\.code.*queries\[2\]\.type_code/);
    assert.ok(!told.includes(query.code));
    return true;
  });
  const many = { queries: Array.from({ length: 2_001 }, () => query) };
  await assert.rejects(client.computeHolderIndices(many), { code: 'INVALID_ARGUMENT' });
});
