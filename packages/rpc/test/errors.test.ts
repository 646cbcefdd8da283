import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMeshError, MeshError, unavailable } from '../src/index.ts';
import { connectEcho, emptyEcho, paths, startEcho } from './echo.ts';

const failure = (call: Promise<unknown>): Promise<MeshError> =>
  call.then(
    () => assert.fail('the call succeeded'),
    (error) => {
      assert.ok(error instanceof MeshError, `${error}`);
      return error;
    },
  );

test('fields, reason and metadata of an error reach the client', async (t) => {
  const { server, events, errors } = await startEcho(t);
  const client = connectEcho(t, server.address);
  const fields = await failure(client.fail({ how: 'fields' }));
  assert.equal(fields.code, 'INVALID_ARGUMENT');
  assert.deepEqual(fields.details.fields, [
    { field: 'holders[0].code', description: '校验码不符 / check digit does not fit' },
    { field: 'name', description: '不能为空 / must not be empty' },
  ]);
  const state = await failure(client.fail({ how: 'state' }));
  assert.deepEqual(
    [state.code, state.reason, state.message, state.details.metadata],
    ['FAILED_PRECONDITION', 'LICENCE_CANCELLED', '证照已注销 / licence is cancelled', { state: 'CANCELLED' }],
  );
  assert.deepEqual(
    events.map(({ reason }) => reason),
    ['INVALID_ARGUMENT', 'LICENCE_CANCELLED'],
  );
  assert.deepEqual(errors, []);
});

test('anything else is logged once with its cause and told to nobody', async (t) => {
  const { server, events, errors } = await startEcho(t);
  const told = await failure(connectEcho(t, server.address).fail({ how: 'bug' }));
  assert.equal(told.code, 'INTERNAL');
  assert.equal(
    told.message,
    `内部错误，编号 ${events[0]!.callId} / internal error, number ${events[0]!.callId}`,
  );
  assert.deepEqual(told.details, {});
  assert.equal(errors.length, 1);
  assert.match(String(errors[0]), /select \* from holder/);
  assert.match(String((errors[0] as Error).cause), /deep inside/);
});

test('a handler that throws nothing sensible, or at once, or answers nonsense, is INTERNAL', async (t) => {
  const bad = [
    async () => Promise.reject(undefined),
    () => {
      throw 'text';
    },
    async () => undefined as never,
    async () => ({ ...emptyEcho, number: 'x' }) as never,
  ];
  for (const echo of bad) {
    const { server, errors } = await startEcho(t, { handlers: { echo } });
    assert.equal((await failure(connectEcho(t, server.address).echo(emptyEcho))).code, 'INTERNAL');
    assert.equal(errors.length, 1);
  }
});

test('an authorise that fails is INTERNAL, one that says why is heard', async (t) => {
  const broken = await startEcho(t, {
    authorise: () => {
      throw new Error('registry not loaded');
    },
  });
  assert.equal((await failure(connectEcho(t, broken.server.address).echo(emptyEcho))).code, 'INTERNAL');
  assert.match(String(broken.errors[0]), /registry/);
  const starting = await startEcho(t, {
    authorise: async () => {
      throw unavailable('STARTING', '正在启动 / starting', { retryAfterMs: 1500 });
    },
  });
  const error = await failure(connectEcho(t, starting.server.address).echo(emptyEcho));
  assert.deepEqual([error.code, error.reason, error.details.retryAfterMs], ['UNAVAILABLE', 'STARTING', 1500]);
});

test('a listener that fails costs nobody an answer', async (t) => {
  const { server, errors } = await startEcho(t, {
    onCall: () => {
      throw new Error('no more disk');
    },
  });
  assert.equal((await connectEcho(t, server.address).echo({ ...emptyEcho, text: 'a' })).text, 'a');
  assert.match(String(errors[0]), /no more disk/);
});

test('only calls that are named idempotent are tried again', async (t) => {
  let calls = 0;
  const flaky = async () => {
    calls += 1;
    throw unavailable('BUSY', '忙 / busy');
  };
  const { server } = await startEcho(t, { handlers: { echo: flaky, wait: flaky } });
  const client = connectEcho(t, server.address, { retry: { paths: [paths.echo], maxAttempts: 3 } });
  assert.equal((await failure(client.echo(emptyEcho))).reason, 'BUSY');
  assert.equal(calls, 3);
  calls = 0;
  assert.equal((await failure(client.wait({}))).reason, 'BUSY');
  assert.equal(calls, 1);
});

test('a request that cannot be encoded is the client’s own INTERNAL', async (t) => {
  const { server, events } = await startEcho(t);
  const error = await failure(
    connectEcho(t, server.address).echo({ ...emptyEcho, at: new Date(Number.NaN) }),
  );
  assert.ok(
    isMeshError(error, 'INTERNAL') && error.reason === 'UNENCODABLE' && error.cause instanceof RangeError,
  );
  assert.equal(events.length, 0);
});
