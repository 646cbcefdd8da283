import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIdentifier } from '@lianzheng/identifier';
import type { Problem } from '../src/domain/problem.ts';
import { identifier, node, operatorToken, rawGet, serve } from './harness.ts';

const services = ['catalog', 'issuance', 'signature', 'exchange', 'audit'];
type OpenApi = { openapi: string; paths: Record<string, { get: { security?: unknown } }> };
const statusPath = (text: string) => `/v1/licences/${encodeURIComponent(text)}/status`;

async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type')!, /^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  assert.equal(problem.status, response.status);
  assert.equal(problem.instance, `urn:lianzheng:request:${response.headers.get('x-request-id')}`);
  return problem;
}

test('alive is not ready: what is not ready is named', async (t) => {
  const { get } = await serve(t);
  const alive = await get('/healthz');
  assert.deepEqual([alive.status, await alive.json()], [200, { status: 'ok' }]);
  const ready = await get('/readyz');
  assert.equal(ready.status, 503);
  assert.deepEqual(await ready.json(), {
    ready: false,
    node,
    services: Object.fromEntries(services.map((name) => [name, 'UNREACHABLE'])),
    notReady: services,
  });
});

test('a malformed identifier is told where it is wrong, before anybody is asked', async (t) => {
  const { get, address } = await serve(t);
  const wrong = await get(statusPath(identifier.replace('MB2D', 'mb2d')));
  assert.equal(wrong.status, 400);
  const problem = await problemOf(wrong);
  assert.equal(problem.type, 'urn:lianzheng:problem:identifier-malformed');
  assert.equal(problem.errors?.[0]?.field, 'identifier');
  assert.match(problem.errors![0]!.detail, /^第46位：.* \/ position 46: /);
  for (const odd of [
    '证照',
    'a\0b',
    '1.2.156.3005.2.',
    `${identifier}/../x`,
    'x'.repeat(4_000),
    '<script>',
    ' ',
  ])
    assert.equal((await get(statusPath(odd))).status, 400, odd.slice(0, 20));
  const undecodable = await rawGet(address, '/v1/licences/%ff%zz/status');
  assert.equal(undecodable.status, 400);
  assert.doesNotMatch(undecodable.body, /stack|node_modules| at /);
});

test('while exchange is away the public is told so, and when to come again', async (t) => {
  const { get } = await serve(t);
  const away = await get(statusPath(identifier));
  assert.equal(away.status, 503);
  assert.ok(Number(away.headers.get('retry-after')) >= 1);
  const problem = await problemOf(away);
  assert.equal(problem.title, '服务暂不可用 / Service unavailable');
  assert.equal(problem.detail, undefined);
});

test('the public may ask so often a minute, by address; a forged X-Forwarded-For changes nothing', async (t) => {
  const { get } = await serve(t, { LZ_PUBLIC_RATE: '3' });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const answer = await get(statusPath('x'), { headers: { 'x-forwarded-for': `192.0.2.${n}` } });
    statuses.push(answer.status);
    if (n === 4) {
      assert.ok(Number(answer.headers.get('retry-after')) > 1);
      assert.equal((await problemOf(answer)).type, 'urn:lianzheng:problem:rate-limited');
    }
  }
  assert.deepEqual(statuses, [400, 400, 400, 429, 429]);
  assert.equal((await get('/healthz')).status, 200);
});

test('behind a proxy that is trusted each client has its own share', async (t) => {
  const { get } = await serve(t, { LZ_PUBLIC_RATE: '1', LZ_TRUSTED_PROXIES: '127.0.0.0/8' });
  const as = async (client: string) =>
    (await get(statusPath('x'), { headers: { 'x-forwarded-for': client } })).status;
  assert.deepEqual([await as('192.0.2.1'), await as('192.0.2.2'), await as('192.0.2.1')], [400, 400, 429]);
  // One subscriber has a whole /64 of IPv6.
  assert.deepEqual([await as('2001:db8::1'), await as('2001:db8::2')], [400, 429]);
});

test('without a token of operators there are neither links nor metrics', async (t) => {
  const { get } = await serve(t);
  for (const path of ['/v1/links', '/metrics']) assert.equal((await get(path)).status, 404);
});

test('links and metrics need the token', async (t) => {
  const { get } = await serve(t, { LZ_GATEWAY_OPERATOR_TOKEN: operatorToken });
  const as = (authorization?: string) => ({ headers: authorization ? { authorization } : undefined });
  for (const wrong of [undefined, 'Bearer ', 'Bearer other', `Basic ${operatorToken}`]) {
    for (const path of ['/v1/links', '/metrics']) {
      const refused = await get(path, as(wrong));
      assert.equal(refused.status, 401);
      assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
    }
  }
  assert.equal((await get('/v1/links', as(`Bearer ${operatorToken}`))).status, 503);
  const metrics = await get('/metrics', as(`Bearer ${operatorToken}`));
  assert.match(metrics.headers.get('content-type')!, /^text\/plain; version=0.0.4/);
  assert.match(await metrics.text(), /lz_http_answers_total\{.*route="\/v1\/links".*status="401".*\} 4/);
});

test('unknown routes and methods are refused; every answer bears its headers and no stack', async (t) => {
  const { get } = await serve(t);
  const unknown = await get('/v1/nothing?x=1');
  assert.equal(unknown.status, 404);
  assert.equal((await problemOf(unknown)).type, 'urn:lianzheng:problem:route-unknown');
  assert.equal((await get('/healthz', { method: 'POST', body: 'x'.repeat(100_000) })).status, 413);
  const post = await get('/healthz', { method: 'POST', body: 'x' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET, HEAD');
  const page = await get('/');
  assert.match(page.headers.get('content-type')!, /^text\/html/);
  for (const answer of [unknown, post, page, await get('/healthz')]) {
    assert.match(answer.headers.get('content-security-policy')!, /^default-src 'none'; style-src 'sha256-/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  }
  const html = await page.text();
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
  const shown = /1\.2\.156\.3005\.2\.[0-9A-Z.]+/.exec(html)?.[0];
  assert.ok(isIdentifier(shown!), `the page shows ${shown}`);
});

test('the interface is described, and only what is there', async (t) => {
  const plain = await serve(t);
  const open = (await (await plain.get('/openapi.json')).json()) as OpenApi;
  assert.equal(open.openapi, '3.1.0');
  assert.deepEqual(Object.keys(open.paths).sort(), [
    '/healthz',
    '/readyz',
    '/v1/licences/{identifier}/status',
  ]);
  const withToken = await serve(t, { LZ_GATEWAY_OPERATOR_TOKEN: operatorToken });
  const more = (await (await withToken.get('/openapi.json')).json()) as OpenApi;
  assert.deepEqual(more.paths['/v1/links']?.get.security, [{ operator: [] }]);
});
