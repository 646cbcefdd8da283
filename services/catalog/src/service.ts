import { readFile } from 'node:fs/promises';
import { refusalRecorder } from '@lianzheng/access';
import { logReads, ownLogSource } from '@lianzheng/log';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { authoriser } from '@lianzheng/registry';
import { bind, type RunningServer, startServer } from '@lianzheng/rpc';
import { closing, type Running, running, startLoop } from '@lianzheng/runtime';
import { serverCalls } from '@lianzheng/runtime/telemetry';
import { accessCatalogue } from './accesses.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Overrides } from './context.ts';
import { handlersOf } from './handlers/index.ts';

/** Serves when it returns; ready (as health says) once its database was read and its log is recovered. */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using parts = new AsyncDisposableStack();
  const context = await createContext(parts, config, overrides);
  const { database, relay, view, access: writer, clock, events, node } = context;
  const source = ownLogSource({ database, log: { node, log: 'catalog' }, changed: relay.changed });
  const server = await startServer({
    address: config.address,
    tls: { ca: config.ca, cert: config.cert, key: config.key },
    services: [bind(CatalogServiceService, handlersOf(context)), bind(LogServiceService, logReads(source))],
    roles,
    authorise: authoriser({
      node,
      registry: view.registry,
      operators: config.operators,
      auditors: config.auditors,
      ready: view.ready,
    }),
    // Calls that wait for news end at once when the server stops; getEntries bounds its own waiting.
    longLived: new Set<string>([
      CatalogServiceService.watchObjects.path,
      LogServiceService.getSnapshot.path,
      LogServiceService.getEntries.path,
    ]),
    beforeRefusal: refusalRecorder({ writer, catalogue: accessCatalogue, clock }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: events.callFailed,
    ...serverCalls(overrides.telemetry),
  });
  closing(parts, server, (it) => it.stop());
  closing(parts, reportHealth(server, context), (it) => it.stop());
  return running(parts.move(), { address: server.address, port: server.port });
}

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));

/** What grpc.health.v1 answers for both services. */
function reportHealth(server: RunningServer, { relay, view, events }: Context) {
  const names = ['lianzheng.catalog.v1.CatalogService', 'lianzheng.log.v1.LogService'];
  let told: boolean | undefined;
  return startLoop({
    name: 'health',
    idleMs: 200,
    onError: events.backgroundFailed,
    async run() {
      const ready = relay.ready() && view.ready();
      if (ready !== told) for (const name of names) server.setServing(name, ready);
      told = ready;
      return 'idle';
    },
  });
}
