// Against a real exchange that knows of nobody yet: no catalogue, no other node. What it finds is tested end to end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase, serviceUrl } from '@lianzheng/db';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { start as startExchange } from '@lianzheng/exchange';
import { readConfig as readExchangeConfig } from '@lianzheng/exchange/config';
import { AccessBody } from '@lianzheng/proto/audit/v1/audit';
import { createLogger } from '@lianzheng/runtime';
import type { PublicStatus } from '../src/domain/public-status.ts';
import { certificateFiles, identifier, node, operatorToken, type Scope, serve } from './harness.ts';

let postgres: TestPostgres;
let gateway: Awaited<ReturnType<typeof serve>>;
let databaseUrl: string;
const cleanups: (() => unknown)[] = [];
const whole: Scope = { after: (cleanup) => cleanups.unshift(cleanup) };

before(async () => {
  postgres = await testPostgres();
  const adminUrl = (await postgres.freshDatabase()).url;
  databaseUrl = serviceUrl(adminUrl, 'exchange', 'test');
  const absent = '127.0.0.1:1';
  const config = readExchangeConfig({
    LZ_NODE: node,
    LZ_PROVINCE: '440000',
    LZ_EXCHANGE_ADDRESS: '127.0.0.1:0',
    LZ_CATALOG_ADDRESS: absent,
    LZ_ISSUANCE_ADDRESS: absent,
    LZ_SIGNATURE_ADDRESS: absent,
    LZ_AUDIT_ADDRESS: absent,
    LZ_DATABASE_URL: databaseUrl,
    LZ_DATABASE_ADMIN_URL: adminUrl,
    LZ_KAFKA_BROKERS: absent,
    ...(await certificateFiles(whole, `lianzheng://${node}/service/exchange`)),
  });
  const logger = createLogger({ service: 'exchange', node, level: 'silent' });
  const exchange = await startExchange(config, { logger });
  cleanups.unshift(() => exchange.stop());
  const behind = { LZ_EXCHANGE_ADDRESS: exchange.address, LZ_GATEWAY_OPERATOR_TOKEN: operatorToken };
  gateway = await serve(whole, behind);
});
after(async () => {
  for (const cleanup of cleanups) await cleanup();
  await postgres?.stop();
});

test('what nobody here knows is UNKNOWN and not fresh, and the question stands in the access log', async () => {
  const answer = await gateway.get(`/v1/licences/${identifier}/status`);
  assert.equal(answer.status, 200);
  const { outcome, status, validFrom, freshness } = (await answer.json()) as PublicStatus;
  assert.deepEqual([outcome, status, validFrom, freshness.fresh], ['UNKNOWN', null, null, false]);
  const database = openDatabase({ url: databaseUrl, applicationName: 'gateway test' });
  try {
    const rows = await database.read((reader) =>
      reader.rows<{ body: Buffer }>('SELECT body FROM access_waiting'),
    );
    const access = rows
      .map(({ body }) => AccessBody.decode(body))
      .find(({ subjects }) => subjects[0] === identifier);
    assert.equal(access?.caller, `lianzheng://${node}/service/gateway`);
    assert.equal(access?.action, 'exchange.GetPublicStatus');
  } finally {
    await database.close();
  }
});

test('links are those of exchange', async () => {
  const authorization = `Bearer ${operatorToken}`;
  const answer = await gateway.get('/v1/links', { headers: { authorization } });
  assert.equal(answer.status, 200);
  const links = (await answer.json()) as { node: string; at: string; links?: unknown[] };
  assert.equal(links.node, node);
  assert.ok(!Number.isNaN(Date.parse(links.at)));
});

test('exchange is asked for its health by name', async () => {
  const { services } = (await (await gateway.get('/readyz')).json()) as { services: Record<string, string> };
  assert.notEqual(services.exchange, 'UNREACHABLE');
  assert.equal(services.issuance, 'UNREACHABLE');
});
