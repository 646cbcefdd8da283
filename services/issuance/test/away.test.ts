import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@lianzheng/db';
import { testClock } from '@lianzheng/runtime';
import {
  BEGUN,
  callerOf,
  createHome,
  foodLicence,
  type Home,
  header,
  MARKET,
  ready,
  serveIssuance,
  serveSignature,
} from './harness.ts';
import { refused } from './refused.ts';

const shared = new AsyncDisposableStack();
const clock = testClock(BEGUN);
let home: Home;
before(async () => {
  home = await createHome(shared);
});
after(() => shared.disposeAsync());

/** The signature service at one address, which comes and goes. */
async function createSignature(parts: AsyncDisposableStack) {
  let running = await serveSignature(home, clock);
  const { address } = running;
  parts.defer(() => running.stop());
  return {
    address,
    stop: () => running.stop(),
    async start() {
      running = await serveSignature(home, clock, address);
    },
  };
}

async function createIssuance(parts: AsyncDisposableStack, signatureAddress: string) {
  const issuance = parts.adopt(await serveIssuance(home, clock, signatureAddress), (it) => it.stop());
  const as = async (who: string) =>
    parts.adopt(await callerOf(home, issuance.address, who), (it) => it.close());
  return { market: await as(MARKET), exchange: await as('exchange') };
}

function openTestDatabase(parts: AsyncDisposableStack) {
  return parts.adopt(openDatabase({ url: home.databaseUrl, applicationName: 'test' }), (it) => it.close());
}

/** While the service finds the signature service again. */
async function untilServed<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      refused('UNAVAILABLE')(error as never);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function payloadOf(jws: string): { ZZBS: string; salt: string } {
  return JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString('utf8'));
}

test('signature absent at the start: nothing is taken, nothing is stored', async () => {
  await using parts = new AsyncDisposableStack();
  const signature = await createSignature(parts);
  await signature.stop();
  const { market, exchange } = await createIssuance(parts, signature.address);
  const request = { header: header(clock), data: foodLicence() };
  await assert.rejects(market.issueLicence(request), refused('UNAVAILABLE', 'KEYS_NOT_READY'));
  await assert.rejects(exchange.getStatuses({ identifiers: [] }), refused('UNAVAILABLE', 'LOG_RECOVERING'));
  await signature.start();
  await ready(exchange);
  await untilServed(() => market.issueLicence(request));
});

test('signature away: the intent only is stored, reading goes on, and the same request goes on later', async () => {
  await using parts = new AsyncDisposableStack();
  const signature = await createSignature(parts);
  const { market, exchange } = await createIssuance(parts, signature.address);
  const database = openTestDatabase(parts);
  await ready(exchange);
  const { licence: standing } = await market.issueLicence({ header: header(clock), data: foodLicence() });
  const { identifier } = standing!;
  const countLicences = () =>
    database.read((reader) => reader.row<{ count: number }>('SELECT count(*) AS count FROM licence'));
  const before = await countLicences();
  await signature.stop();

  const data = foodLicence();
  const request = { header: header(clock), data };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await assert.rejects(market.issueLicence(request), refused('UNAVAILABLE', 'SIGNATURE_UNAVAILABLE'));
  }
  const stored = await database.read((reader) =>
    reader.rows<{ licence_id: number | null; intent: Buffer | null }>(
      'SELECT licence_id, intent FROM request WHERE request_id = $1',
      [request.header.requestId],
    ),
  );
  assert.equal(stored.length, 1);
  assert.equal(stored[0]!.licence_id, null);
  assert.ok(stored[0]!.intent);
  assert.deepEqual(await countLicences(), before);
  assert.equal((await exchange.getStatuses({ identifiers: [identifier] })).histories[0]!.records.length, 1);
  const got = await market.getLicence({ identifier, caseNumber: 'HC', officer: 'li' });
  assert.equal(got.licence!.jws, standing!.jws);

  await signature.start();
  const { licence } = await untilServed(() => market.issueLicence(request));
  assert.deepEqual(licence!.data, data);
  assert.equal((await market.issueLicence(request)).licence!.jws, licence!.jws);
});

test('an intent that was cut off keeps its identifier and salt in another process', async () => {
  const request = {
    header: header(clock),
    data: foodLicence({
      typeCode: '11440000YH0000026K001',
      licenceNumber: '91440101MA5CJMYA97',
      items: {
        enterpriseType: '有限责任公司',
        legalRepresentative: '陈大文',
        establishedOn: '2020-01-01',
        premises: '海岑市东门路1号',
        businessScope: '餐饮服务',
        registrationAuthority: '海岑市市场监督管理局',
        registeredOn: '2026-03-01',
      },
    }),
  };
  await using shared = new AsyncDisposableStack();
  const database = openTestDatabase(shared);
  const intentOf = () =>
    database.read((reader) =>
      reader.row<{ intent: Buffer | null }>('SELECT intent FROM request WHERE request_id = $1', [
        request.header.requestId,
      ]),
    );
  let intent: Buffer;
  {
    await using parts = new AsyncDisposableStack();
    const signature = await createSignature(parts);
    const { market, exchange } = await createIssuance(parts, signature.address);
    await ready(exchange);
    await signature.stop();
    await assert.rejects(market.issueLicence(request), refused('UNAVAILABLE', 'SIGNATURE_UNAVAILABLE'));
    intent = (await intentOf())!.intent!;
    assert.ok(intent);
  }
  await using parts = new AsyncDisposableStack();
  const signature = await createSignature(parts);
  await signature.stop();
  await signature.start();
  const { market, exchange } = await createIssuance(parts, signature.address);
  await ready(exchange);
  const { licence } = await untilServed(() => market.issueLicence(request));
  // The number is the holder's code: the serial is random, and no part of the identifier gives the code away.
  assert.ok(!licence!.identifier.includes('91440101MA5CJMYA97'));
  assert.equal(payloadOf(licence!.jws).ZZBS, licence!.identifier);
  assert.equal((await intentOf())?.intent, null);
});

test('an issuer that is assigned to another node may not issue', async () => {
  await using parts = new AsyncDisposableStack();
  const signature = await createSignature(parts);
  const { market, exchange } = await createIssuance(parts, signature.address);
  await ready(exchange);
  const assignment = { issuerCode: MARKET, node: '440300', fromSequence: 0n, toSequence: 10n };
  const object = (version: number, value: typeof assignment) => ({
    key: '',
    version,
    node: '440000',
    retired: false,
    object: { $case: 'issuerAssignment' as const, value },
  });
  home.registry.apply([object(2, assignment)]);
  await assert.rejects(
    market.issueLicence({ header: header(clock), data: foodLicence() }),
    refused('FAILED_PRECONDITION', 'ISSUER_NOT_ASSIGNED'),
  );
  home.registry.apply([object(3, { ...assignment, toSequence: 0n })]);
  await market.issueLicence({ header: header(clock), data: foodLicence() });
});
