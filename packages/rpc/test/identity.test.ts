import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Caller, isMeshError, type MeshCode } from '../src/index.ts';
import { identity, issuing, issuingUri, otherAuthority, serverUri, using, usingUri } from './certificates.ts';
import { authorise, connectEcho, emptyEcho, startEcho } from './echo.ts';

const refusedAs = (code: MeshCode, reason: string) => (error: unknown) =>
  isMeshError(error, code) && error.reason === reason;

async function first<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of stream) return item;
  return undefined;
}

test('who may call what: every RPC by every sort of caller', async (t) => {
  const { server, events } = await startEcho(t);
  const stranger = await identity({ uri: 'lianzheng://440300/operator/somebody' });
  const calls = {
    echo: (c: Client) => c.echo(emptyEcho),
    fail: (c: Client) => c.fail({ how: 'fields' }),
    wait: (c: Client) => c.wait({}, { deadlineMs: 50 }),
    count: (c: Client) => first(c.count({ count: 1, size: 1 })),
    watch: (c: Client) => first(c.watch({})),
    unlisted: (c: Client) => c.unlisted({}),
  };
  type Client = ReturnType<typeof connectEcho>;
  const table: [string, Client, string[]][] = [
    ['issuing', connectEcho(t, server.address, { tls: issuing }), ['echo', 'fail', 'wait', 'count', 'watch']],
    ['using', connectEcho(t, server.address, { tls: using }), ['echo', 'fail']],
    ['stranger', connectEcho(t, server.address, { tls: stranger }), []],
  ];
  for (const [who, client, allowed] of table)
    for (const [name, call] of Object.entries(calls)) {
      const refusal = await call(client).then(
        () => undefined,
        (error) => error,
      );
      const denied = isMeshError(refusal, 'PERMISSION_DENIED');
      assert.equal(!denied, allowed.includes(name), `${name} by ${who}: ${refusal}`);
      if (denied) assert.equal(refusal.reason, name === 'unlisted' ? 'METHOD_NOT_LISTED' : 'ROLE_REQUIRED');
    }
  assert.equal(events.filter(({ code }) => code === 'PERMISSION_DENIED').length, 1 + 4 + 6);
});

test('an empty role table opens nothing', async (t) => {
  const { server } = await startEcho(t, { roles: {} });
  await assert.rejects(
    connectEcho(t, server.address).echo(emptyEcho),
    refusedAs('PERMISSION_DENIED', 'METHOD_NOT_LISTED'),
  );
});

test('certificates of a forged authority, expired ones and none do not get through TLS', async (t) => {
  const { server, events } = await startEcho(t);
  const forged = await identity({ uri: issuingUri, by: otherAuthority });
  const expired = await identity({ uri: issuingUri, issuedDaysAgo: 20 });
  for (const tls of [forged, expired])
    await assert.rejects(connectEcho(t, server.address, { tls }).echo(emptyEcho), (error) =>
      isMeshError(error, 'UNAVAILABLE'),
    );
  const { connect } = await import('node:tls');
  const socket = connect({
    port: server.port,
    ca: issuing.ca,
    servername: 'localhost',
    ALPNProtocols: ['h2'],
  });
  t.after(() => socket.destroy());
  const failure = await new Promise<Error & { code?: string }>((resolve) => {
    socket.on('error', resolve);
    socket.on('data', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
  });
  assert.equal(failure.code, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  assert.equal(events.length, 0);
});

test('a certificate must bear exactly one identity of ours', async (t) => {
  const { server } = await startEcho(t);
  const cases: [Parameters<typeof identity>[0], string][] = [
    [{ dnsNames: ['localhost'] }, 'NO_IDENTITY'],
    [{ uri: 'https://440300/department/shenzhen-market' }, 'UNKNOWN_IDENTITY'],
    [{ uri: `${issuingUri}/more` }, 'UNKNOWN_IDENTITY'],
    [{ uri: issuingUri, moreUris: [usingUri] }, 'AMBIGUOUS_IDENTITY'],
  ];
  for (const [bearer, reason] of cases) {
    const client = connectEcho(t, server.address, { tls: await identity(bearer) });
    await assert.rejects(client.echo(emptyEcho), refusedAs('UNAUTHENTICATED', reason));
  }
});

test('a connection does not outlive its certificate', async (t) => {
  const { server } = await startEcho(t);
  const tls = await identity({ uri: issuingUri, validMs: 3000 });
  const client = connectEcho(t, server.address, { tls });
  await client.echo(emptyEcho);
  const end = Date.now() + 10_000;
  const refusal = await (async () => {
    while (Date.now() < end) {
      await client.echo(emptyEcho);
      await setTimeout(50);
    }
  })().catch((error) => error);
  assert.ok(refusedAs('UNAUTHENTICATED', 'CERTIFICATE_EXPIRED')(refusal), `${refusal}`);
});

test('what authorise says counts from the next call on, the caller object stays while it says the same', async (t) => {
  let roles = new Set(['ISSUING']);
  const callers: Caller[] = [];
  const { server } = await startEcho(t, {
    authorise: () => roles,
    onCall: ({ caller }) => caller && callers.push(caller),
  });
  const client = connectEcho(t, server.address);
  await client.echo(emptyEcho);
  await client.echo(emptyEcho);
  roles = new Set(['AUDITOR']);
  await assert.rejects(client.echo(emptyEcho), refusedAs('PERMISSION_DENIED', 'ROLE_REQUIRED'));
  assert.equal(callers.length, 2);
  assert.equal(callers[0], callers[1]);
});

test('authorise may ask elsewhere', async (t) => {
  const { server } = await startEcho(t, { authorise: async (caller) => authorise(caller) });
  assert.equal((await connectEcho(t, server.address).echo(emptyEcho)).caller, issuingUri);
  const refused = connectEcho(t, server.address, { tls: using }).wait({});
  await assert.rejects(refused, refusedAs('PERMISSION_DENIED', 'ROLE_REQUIRED'));
});

test('a client accepts only the server it expects', async (t) => {
  const { server } = await startEcho(t);
  const bad = [
    { expect: 'lianzheng://440300/service/issuance' },
    { expect: undefined, serverName: 'another.example' },
    { expect: serverUri, serverName: 'another.example' },
  ];
  for (const options of bad)
    await assert.rejects(connectEcho(t, server.address, options).echo(emptyEcho), (error) =>
      isMeshError(error, 'UNAVAILABLE'),
    );
  const good = [
    { expect: serverUri },
    { expect: undefined, serverName: 'localhost' },
    { expect: undefined },
    { expect: serverUri, serverName: 'localhost' },
  ];
  for (const options of good) await connectEcho(t, server.address, options).echo(emptyEcho);
});
