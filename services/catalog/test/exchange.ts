// What a node's exchange does for its catalogue: hands on verified entries. Here they come from where the test says.
import type { TestContext } from 'node:test';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import {
  type Entry,
  type GetEntriesRequest,
  type GetEntriesResponse,
  LogServiceService,
} from '@lianzheng/proto/log/v1/log';
import { bind, type Call, type Handlers, type ServiceDefinition, startServer } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import { type Home, identityOf } from './harness.ts';

export type Sources = {
  /** Entries of other nodes. */
  getEntries?(request: GetEntriesRequest, call: Call): Promise<GetEntriesResponse>;
  /** What others hold of the own log. */
  own?: { entries: Entry[]; checkpoints: Buffer[] };
};

export async function serveExchange(t: TestContext, { node, env }: Home, { getEntries, own }: Sources) {
  const server = await startServer({
    address: env.LZ_EXCHANGE_ADDRESS!,
    tls: await identityOf(`lianzheng://${node}/service/exchange`),
    services: [
      bind(LogServiceService, { ...nothing(LogServiceService), ...(getEntries && { getEntries }) }),
      bind(ExchangeServiceService, {
        ...nothing(ExchangeServiceService),
        async findOwnHeads() {
          return { notes: own?.checkpoints.slice(-1) ?? [], answered: own ? 1 : 0 };
        },
        async fetchOwnEntries({ from }) {
          const entries = own?.entries.filter(({ sequence }) => sequence >= from) ?? [];
          return { entries, checkpoints: entries.length > 0 ? own!.checkpoints : [] };
        },
      }),
    ],
    roles,
    authorise: () => new Set(['CATALOG']),
  });
  t.after(() => server.stop({ graceMs: 0 }));
  return server;
}

/** Handlers that are not there. */
function nothing<S extends ServiceDefinition>(service: S): Handlers<S> {
  const absent = async () => {
    throw unavailable('ABSENT', '测试中没有 / not in this test');
  };
  return Object.fromEntries(Object.keys(service).map((name) => [name, absent])) as unknown as Handlers<S>;
}

/** Entries like a log holds them; waits for nothing, the end of the list is the end of the log. */
export function listed(byNode: Record<string, Entry[]>): NonNullable<Sources['getEntries']> {
  return async ({ log, from, limit }) => {
    const all = byNode[log?.node ?? ''] ?? [];
    const entries = all.slice(Number(from), Number(from) + limit);
    return { entries, checkpoints: [], coveredSize: BigInt(all.length) };
  };
}
