import { readFile } from 'node:fs/promises';
import { type AccessCatalogue, refusalRecorder } from '@lianzheng/access';
import { ExchangeServiceService, PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { authoriser } from '@lianzheng/registry';
import { bind, startServer } from '@lianzheng/rpc';
import { closing, type Running, running } from '@lianzheng/runtime';
import { serverCalls } from '@lianzheng/runtime/telemetry';
import { accesses } from './accesses.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Overrides, tlsOf } from './context.ts';
import { exchangeHandlers, peerHandlers } from './handlers/index.ts';
import { logHandlers } from './log-service.ts';
import { watchReadiness } from './readiness.ts';
import { startParts } from './start-parts.ts';

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));

/** Serves when it returns; Kafka, peers and the other services may be absent. */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using stack = new AsyncDisposableStack();
  const context = await createContext(stack, config, overrides);
  const parts = await startParts(stack, context);
  const bindings = [
    bind(ExchangeServiceService, exchangeHandlers(parts)),
    bind(PeerServiceService, peerHandlers(parts)),
    bind(LogServiceService, logHandlers(parts)),
  ];
  const server = await startServer({
    address: config.address,
    tls: tlsOf(config),
    services: bindings,
    roles,
    authorise: authoriserOf(context),
    // Calls that wait for news end at once when the server stops; getEntries bounds its own waiting.
    longLived: new Set<string>([
      ExchangeServiceService.watchLinks.path,
      LogServiceService.getSnapshot.path,
      LogServiceService.getEntries.path,
    ]),
    beforeRefusal: refusalRecorder({
      writer: context.access,
      catalogue: accesses as AccessCatalogue,
      clock: context.clock,
    }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: context.events.callFailed,
    ...serverCalls(overrides.telemetry),
  });
  closing(stack, server, (it) => it.stop());
  const setServing = (serving: boolean) => {
    for (const { name } of bindings) server.setServing(name, serving);
  };
  closing(stack, watchReadiness({ ...context, setServing }), (it) => it.stop());
  return running(stack.move(), { address: server.address, port: server.port });
}

function authoriserOf({ config, registry }: Context) {
  return authoriser({
    node: config.node,
    registry,
    operators: config.operators,
    auditors: config.auditors,
    peers: true,
    // Before the first catalogue entry nobody can say what a department may.
    ready: () => registry.nodes().length > 0,
  });
}
