import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@lianzheng/db';
import { testClock } from '@lianzheng/runtime';
import {
  BEGUN,
  type Client,
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

const parts = new AsyncDisposableStack();
const clock = testClock(BEGUN);
let home: Home;
before(async () => {
  home = await createHome(parts);
});
after(() => parts.disposeAsync());

async function clientsOf(address: string): Promise<{ market: Client; exchange: Client; close(): void }> {
  const [market, exchange] = [
    await callerOf(home, address, MARKET),
    await callerOf(home, address, 'exchange'),
  ];
  return {
    market,
    exchange,
    close() {
      market.close();
      exchange.close();
    },
  };
}

test('signature away: first nothing is taken, later the intent only is stored and the same request goes on', async () => {
  const first = await serveSignature(home, clock);
  const { address } = first;
  await first.stop();
  const issuance = await serveIssuance(home, clock, address);
  const database = openDatabase({ url: home.databaseUrl, applicationName: 'test' });
  const { market, exchange, close } = await clientsOf(issuance.address);
  const data = foodLicence();
  await assert.rejects(
    market.issueLicence({ header: header(clock), data }),
    refused('UNAVAILABLE', 'KEYS_NOT_READY'),
  );

  const signature = await serveSignature(home, clock, address);
  await ready(exchange);
  const { licence: standing } = await market.issueLicence({ header: header(clock), data: foodLicence() });
  await signature.stop();

  const request = { header: header(clock), data };
  await assert.rejects(market.issueLicence(request), refused('UNAVAILABLE', 'SIGNATURE_UNAVAILABLE'));
  const stored = await database.read((reader) =>
    reader.rows<{ licence_id: number | null; intent: Buffer | null }>(
      'SELECT licence_id, intent FROM request WHERE request_id = $1',
      [request.header.requestId],
    ),
  );
  assert.equal(stored.length, 1);
  assert.equal(stored[0]!.licence_id, null);
  assert.ok(stored[0]!.intent);
  const licences = await database.read((reader) => reader.rows('SELECT licence_id FROM licence'));
  assert.equal(licences.length, 1);

  const suspended = await market.suspendLicence({
    header: header(clock),
    identifier: standing!.identifier,
    reasonCode: 'PENALTY',
  });
  assert.equal(suspended.licence!.revision, 2);

  const again = await serveSignature(home, clock, address);
  await ready(exchange);
  let licence = await issueUntilServed(market, request);
  const { salt } = payloadOf(licence.jws);
  assert.deepEqual(licence.data, data);
  licence = (await market.issueLicence(request)).licence!;
  assert.equal(payloadOf(licence.jws).salt, salt);
  close();
  await issuance.stop();
  await again.stop();
  await database.close();
});

/** The channel to the signature service needs a moment to find it again. */
async function issueUntilServed(market: Client, request: Parameters<Client['issueLicence']>[0]) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return (await market.issueLicence(request)).licence!;
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

test('an intent that was cut off keeps its identifier and salt in another process', async () => {
  const signature = await serveSignature(home, clock);
  const issuance = await serveIssuance(home, clock, signature.address);
  const { market, exchange, close } = await clientsOf(issuance.address);
  await ready(exchange);
  const database = openDatabase({ url: home.databaseUrl, applicationName: 'test' });
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
  await signature.stop();
  await assert.rejects(market.issueLicence(request), refused('UNAVAILABLE', 'SIGNATURE_UNAVAILABLE'));
  const intentOf = () =>
    database.read((reader) =>
      reader.row<{ intent: Buffer }>('SELECT intent FROM request WHERE request_id = $1', [
        request.header.requestId,
      ]),
    );
  assert.ok((await intentOf())?.intent);
  close();
  await issuance.stop();

  const later = await serveSignature(home, clock);
  const restarted = await serveIssuance(home, clock, later.address);
  const clients = await clientsOf(restarted.address);
  await ready(clients.exchange);
  const { licence } = await clients.market.issueLicence(request);
  // The number is the holder's code: the serial is random, and no part of the identifier gives the code away.
  assert.ok(!licence!.identifier.includes('91440101MA5CJMYA97'));
  assert.equal(payloadOf(licence!.jws).ZZBS, licence!.identifier);
  assert.equal((await intentOf())?.intent, null);
  clients.close();
  await restarted.stop();
  await later.stop();
  await database.close();
});

test('an issuer that is assigned to another node may not issue', async () => {
  const signature = await serveSignature(home, clock);
  const issuance = await serveIssuance(home, clock, signature.address);
  const { market, exchange, close } = await clientsOf(issuance.address);
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
  close();
  await issuance.stop();
  await signature.stop();
});
