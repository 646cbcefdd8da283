import { readFile } from 'node:fs/promises';
import { type AccessCatalogue, refusalRecorder } from '@lianzheng/access';
import { ExchangeServiceService, PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { authoriser } from '@lianzheng/registry';
import { bind, startServer } from '@lianzheng/rpc';
import { closing, type Running, running } from '@lianzheng/runtime';
import { accesses } from './accesses.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Overrides, tlsOf } from './context.ts';
import { exchangeHandlers, peerHandlers } from './handlers/index.ts';
import { logHandlers } from './log-service.ts';
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
  const server = await startServer({
    address: config.address,
    tls: tlsOf(config),
    services: [
      bind(ExchangeServiceService, exchangeHandlers(parts)),
      bind(PeerServiceService, peerHandlers(parts)),
      bind(LogServiceService, logHandlers(parts)),
    ],
    roles,
    authorise: authoriserOf(context),
    longLived: new Set([ExchangeServiceService.watchLinks.path, LogServiceService.getSnapshot.path]),
    beforeRefusal: refusalRecorder({
      writer: context.access,
      catalogue: accesses as AccessCatalogue,
      clock: context.clock,
    }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: (error, where) => context.logger.error({ err: error, ...where }, 'internal error'),
  });
  closing(stack, server, (it) => it.stop());
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
