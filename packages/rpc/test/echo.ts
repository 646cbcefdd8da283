// A running server of the test service, and channels to it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import {
  bind,
  type Call,
  type CallEvent,
  type CallerIdentity,
  type ConnectOptions,
  connect,
  createClient,
  failedPrecondition,
  type Handlers,
  invalidArgument,
  type ServerOptions,
  startServer,
} from '../src/index.ts';
import { EchoServiceService } from '../testdata/gen/lianzheng/test/v1/echo.ts';
import { issuing, issuingUri, serverTls, serverUri, usingUri } from './certificates.ts';

export const paths = {
  echo: EchoServiceService.echo.path,
  wait: EchoServiceService.wait.path,
  count: EchoServiceService.count.path,
  watch: EchoServiceService.watch.path,
};

export const roles = {
  [paths.echo]: ['ISSUING', 'USING'],
  [EchoServiceService.fail.path]: ['ISSUING', 'USING'],
  [paths.wait]: ['ISSUING'],
  [paths.count]: ['ISSUING'],
  [paths.watch]: ['ISSUING'],
};

const rolesByUri: Record<string, ReadonlySet<string>> = {
  [issuingUri]: new Set(['DEPARTMENT', 'ISSUING']),
  [usingUri]: new Set(['DEPARTMENT', 'USING']),
};
const noRoles: ReadonlySet<string> = new Set();
export const authorise = ({ uri }: CallerIdentity) => rolesByUri[uri] ?? noRoles;

export const descriptorSet = readFileSync(path.join(import.meta.dirname, '../testdata/gen/echo.binpb'));

export const handlers: Handlers<typeof EchoServiceService> = {
  echo: async ({ text, payload, number, at }, call) => ({
    text,
    payload,
    number,
    at,
    caller: call.caller.uri,
    traceparent: call.traceparent ?? '',
    requestId: call.requestId,
  }),
  fail: async ({ how }) => {
    if (how === 'fields')
      throw invalidArgument([
        { field: 'holders[0].code', description: '校验码不符 / check digit does not fit' },
        { field: 'name', description: '不能为空 / must not be empty' },
      ]);
    if (how === 'state')
      throw failedPrecondition('LICENCE_CANCELLED', '证照已注销 / licence is cancelled', {
        state: 'CANCELLED',
      });
    throw new Error('select * from holder where code = 110101199003070000', {
      cause: new Error('deep inside'),
    });
  },
  wait: async (_, call) => {
    await aborted(call);
    throw call.signal.reason;
  },
  async *count({ count, size }) {
    for (let index = 0; index < count; index++) yield { index, payload: Buffer.alloc(size) };
  },
  async *watch(_, call) {
    yield { text: 'first' };
    await aborted(call);
  },
  unlisted: async () => ({}),
};

export async function aborted({ signal }: Pick<Call, 'signal'>): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** A server that stops with the test; `events` are the calls that ended, `errors` what only the log is told. */
export async function startEcho(
  t: TestContext,
  overrides: Partial<ServerOptions> & { handlers?: Partial<typeof handlers> } = {},
) {
  const events: CallEvent[] = [];
  const errors: unknown[] = [];
  const server = await startServer({
    address: '127.0.0.1:0',
    tls: serverTls,
    services: [bind(EchoServiceService, { ...handlers, ...overrides.handlers })],
    roles,
    authorise,
    reflection: { descriptorSet },
    onCall: (event) => events.push(event),
    onError: (error) => errors.push(error),
    ...overrides,
  });
  t.after(() => server.stop({ graceMs: 0 }));
  return { server, events, errors };
}

/** A channel that closes with the test. */
export function connectChannel(t: TestContext, address: string, overrides: Partial<ConnectOptions> = {}) {
  const channel = connect({ address, tls: issuing, expect: serverUri, ...overrides });
  t.after(() => channel.close());
  return channel;
}

export function connectEcho(t: TestContext, address: string, overrides: Partial<ConnectOptions> = {}) {
  return createClient(EchoServiceService, connectChannel(t, address, overrides));
}

export const emptyEcho = { text: '', payload: Buffer.alloc(0), number: 0n, at: undefined, person: undefined };
