import { readFile } from 'node:fs/promises';
import { refusalRecorder } from '@lianzheng/access';
import { logReads, ownLogSource } from '@lianzheng/log';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { authoriser } from '@lianzheng/registry';
import { bind, type RunningServer, startServer } from '@lianzheng/rpc';
import { closing, type Running, running, startLoop } from '@lianzheng/runtime';
import { serverCalls } from '@lianzheng/runtime/telemetry';
import { accessCatalogue } from './access-catalogue.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Overrides } from './context.ts';
import { handlersOf } from './handlers/index.ts';

/** Listens when it returns; commands are taken once keys, registry and log are ready. */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using parts = new AsyncDisposableStack();
  const context = await createContext(parts, config, overrides);
  const { node, database, registry, relay, access, clock, events } = context;
  const source = ownLogSource({ database, log: { node, log: 'status' }, changed: relay.changed });
  const issuance = bind(IssuanceServiceService, handlersOf(context));
  const { operators, auditors } = config;
  const server = await startServer({
    address: config.address,
    tls: { ca: config.ca, cert: config.cert, key: config.key },
    services: [issuance, bind(LogServiceService, logReads(source))],
    roles,
    // Calls that wait for news end at once when the server stops; getEntries bounds its own waiting.
    longLived: new Set<string>([LogServiceService.getSnapshot.path, LogServiceService.getEntries.path]),
    authorise: authoriser({
      node,
      registry,
      operators,
      auditors,
      ready: () => !context.notReady().includes('REGISTRY_NOT_READY'),
    }),
    beforeRefusal: refusalRecorder({ writer: access, catalogue: accessCatalogue, clock }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: events.callFailed,
    ...serverCalls(overrides.telemetry),
  });
  closing(parts, server, (it) => it.stop());
  closing(parts, showReadiness(context, server, issuance.name), (loop) => loop.stop());
  return running(parts.move(), { address: server.address, port: server.port });
}

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));

/** Health says whether commands are carried out. */
function showReadiness({ notReady, events }: Context, server: RunningServer, name: string) {
  let shown: string | undefined;
  const show = () => {
    const reasons = notReady();
    if (reasons.join() === shown) return;
    shown = reasons.join();
    server.setServing(name, reasons.length === 0);
    if (reasons.length === 0) events.becameReady();
    else events.notReady(reasons);
  };
  show();
  return startLoop({
    name: 'readiness',
    idleMs: 100,
    onError: (error) => events.callFailed(error, { path: 'readiness' }),
    async run() {
      show();
      return 'idle';
    },
  });
}
