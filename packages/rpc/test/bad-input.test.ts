import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { isMeshError, type MeshError } from '../src/index.ts';
import { EchoRequest } from '../testdata/gen/lianzheng/test/v1/echo.ts';
import { connectEcho, emptyEcho, paths, startEcho } from './echo.ts';
import { openStream, rawClient, sendRaw } from './raw.ts';

/** Tag and length of a length-delimited field. */
function head(number: number, length: number): Buffer {
  const bytes = [(number << 3) | 2];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([head(number, content.length), content]);
}

const notUtf8 = Buffer.from([0x61, 0xc3, 0x28]);

test('malformed text is refused with the name of its field', async (t) => {
  const { server, errors } = await startEcho(t);
  const client = rawClient(t, server.address);
  const friend = (name: Buffer) =>
    field(
      5,
      Buffer.concat([
        field(1, Buffer.from('甲')),
        field(2, field(1, Buffer.from('乙'))),
        field(2, field(1, name)),
      ]),
    );
  const cases: [Buffer, string, RegExp][] = [
    [field(1, notUtf8), 'text', /UTF-8/],
    [field(1, Buffer.from([0xed, 0xa0, 0x80])), 'text', /UTF-8/],
    [field(1, Buffer.from('a\0b')), 'text', /NUL/],
    [field(1, Buffer.from(`${'证'.repeat(200)}\0`)), 'text', /NUL/],
    [Buffer.concat([field(2, notUtf8), field(5, field(1, notUtf8))]), 'person.name', /UTF-8/],
    [friend(notUtf8), 'person.friends[1].name', /UTF-8/],
  ];
  for (const [bytes, name, description] of cases)
    await assert.rejects(sendRaw(client, paths.echo, bytes), (error) => {
      assert.ok(isMeshError(error, 'INVALID_ARGUMENT'), `${error}`);
      assert.equal(error.reason, 'MALFORMED_MESSAGE');
      assert.equal(error.details.fields?.[0]?.field, name);
      assert.match(error.details.fields[0].description, description);
      return true;
    });
  assert.deepEqual(errors, []);
});

test('bytes are no text: they may hold anything', async (t) => {
  const { server } = await startEcho(t);
  const answer = await connectEcho(t, server.address).echo({
    ...emptyEcho,
    payload: Buffer.from([0, 0xc3, 0x28]),
  });
  assert.deepEqual(answer.payload, Buffer.from([0, 0xc3, 0x28]));
});

test('junk is INVALID_ARGUMENT, never INTERNAL, and the next call is served', async (t) => {
  const { server, errors } = await startEcho(t);
  const client = rawClient(t, server.address);
  const outcome = (bytes: Uint8Array) =>
    sendRaw(client, paths.echo, bytes).then(
      () => 'OK',
      (error: MeshError) => error.code,
    );
  for (const junk of [
    'ff',
    '0a05',
    '0b',
    '0f',
    '08',
    '0affffffff0f61',
    '0a8080808010',
    '00',
    '2a020aff',
    '22020801',
  ])
    assert.notEqual(await outcome(Buffer.from(junk, 'hex')), 'INTERNAL', junk);
  assert.equal(await outcome(Buffer.from('0a05', 'hex')), 'INVALID_ARGUMENT');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      assert.ok(['OK', 'INVALID_ARGUMENT'].includes(await outcome(bytes)));
    }),
    { numRuns: 300 },
  );
  assert.equal(await outcome(EchoRequest.encode(emptyEcho).finish()), 'OK');
  assert.deepEqual(errors, []);
});

test('nesting has a limit, well before the stack has', async (t) => {
  const { server, errors } = await startEcho(t);
  const client = rawClient(t, server.address);
  const nested = (levels: number) => {
    const heads: Buffer[] = [];
    for (let size = 0; heads.length < levels; size += heads.at(-1)!.length) heads.push(head(2, size));
    return field(5, Buffer.concat(heads.reverse()));
  };
  await sendRaw(client, paths.echo, nested(98));
  for (const levels of [99, 2000, 200_000])
    await assert.rejects(sendRaw(client, paths.echo, nested(levels)), (error) =>
      isMeshError(error, 'INVALID_ARGUMENT'),
    );
  const groups = Buffer.alloc(400_000, (15 << 3) | 3);
  await assert.rejects(sendRaw(client, paths.echo, groups), (error) =>
    isMeshError(error, 'INVALID_ARGUMENT'),
  );
  assert.deepEqual(errors, []);
});

test('absurd times are refused with the name of their field', async (t) => {
  const { server, errors } = await startEcho(t);
  const client = rawClient(t, server.address);
  // google.protobuf.Timestamp: seconds = 1 (varint)
  const timesAt = (seconds: bigint) => {
    const varint: number[] = [0x08];
    let rest = BigInt.asUintN(64, seconds);
    for (; rest > 127n; rest >>= 7n) varint.push(Number(rest & 127n) | 128);
    return field(4, Buffer.from([...varint, Number(rest)]));
  };
  for (const seconds of [2n ** 62n, -(2n ** 62n), 253_402_300_800n, -62_135_596_801n])
    await assert.rejects(sendRaw(client, paths.echo, timesAt(seconds)), (error) => {
      assert.ok(isMeshError(error, 'INVALID_ARGUMENT'), `${error}`);
      assert.equal(error.details.fields?.[0]?.field, 'at');
      return true;
    });
  for (const seconds of [253_402_300_799n, -62_135_596_800n])
    await sendRaw(client, paths.echo, timesAt(seconds));
  assert.deepEqual(errors, []);
});

test('messages beyond the limit are RESOURCE_EXHAUSTED, in both directions and when unpacked', async (t) => {
  const { server } = await startEcho(t, { maxMessageBytes: 10_000 });
  const client = connectEcho(t, server.address);
  const exhausted = (error: unknown) => isMeshError(error, 'RESOURCE_EXHAUSTED');
  await client.echo({ ...emptyEcho, payload: Buffer.alloc(9000) });
  const raw = rawClient(t, server.address);
  await assert.rejects(sendRaw(raw, paths.echo, field(2, Buffer.alloc(11_000))), exhausted);
  await assert.rejects(
    (async () => {
      for await (const _ of client.count({ count: 1, size: 11_000 })) assert.fail('it came');
    })(),
    (error) => exhausted(error) && (error as MeshError).reason === 'RESPONSE_TOO_LARGE',
  );
});

test('a small message that unpacks to a large one is RESOURCE_EXHAUSTED', async (t) => {
  const { server } = await startEcho(t, { maxMessageBytes: 10_000 });
  const stream = openStream(t, server.address, paths.echo, gzipSync(field(2, Buffer.alloc(5_000_000))), {
    gzip: true,
  });
  const code = await new Promise((resolve) => {
    stream.on('response', (headers) => resolve(headers['grpc-status']));
    stream.on('trailers', (headers) => resolve(headers['grpc-status']));
  });
  assert.equal(Number(code), 8);
});

test('a method that does not exist has a name for it', async (t) => {
  const { server } = await startEcho(t);
  await assert.rejects(
    sendRaw(rawClient(t, server.address), '/lianzheng.test.v1.EchoService/None', Buffer.alloc(0)),
    (error) => isMeshError(error, 'INTERNAL') && error.reason === 'UNIMPLEMENTED',
  );
});

test('odd headers do no harm', async (t) => {
  const { server } = await startEcho(t);
  const metadata = new Metadata();
  metadata.set('x-request-id', 'ids with spaces');
  metadata.add('traceparent', 'one');
  metadata.add('traceparent', 'two');
  metadata.set('grpc-status-details-bin', Buffer.from('junk'));
  await sendRaw(rawClient(t, server.address), paths.echo, Buffer.alloc(0), { metadata });
});
