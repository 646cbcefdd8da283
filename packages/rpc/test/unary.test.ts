import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issuingUri } from './certificates.ts';
import { connectEcho, emptyEcho, startEcho } from './echo.ts';

test('a unary call answers, knows its caller and is reported once', async (t) => {
  const { server, events } = await startEcho(t);
  const client = connectEcho(t, server.address);
  const at = new Date('2026-03-01T08:00:00.123Z');
  const answer = await client.echo({ ...emptyEcho, text: '证照𠮷', number: 2n ** 60n, at });
  assert.equal(answer.text, '证照𠮷');
  assert.equal(answer.number, 2n ** 60n);
  assert.deepEqual(answer.at, at);
  assert.equal(answer.caller, issuingUri);
  assert.match(answer.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(events.length, 1);
  assert.equal(events[0]!.code, 'OK');
  assert.equal(events[0]!.caller?.uri, issuingUri);
});
