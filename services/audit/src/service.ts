import { readFile } from 'node:fs/promises';
import { refusalRecorder } from '@lianzheng/access';
import { logReads, ownLogSource } from '@lianzheng/log';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { authoriser } from '@lianzheng/registry';
import { bind, startServer } from '@lianzheng/rpc';
import { closing, type Running, running } from '@lianzheng/runtime';
import { serverCalls } from '@lianzheng/runtime/telemetry';
import { accessCatalogue, ownAccessWriter } from './audited.ts';
import type { Config } from './config.ts';
import { createContext, type Overrides } from './context.ts';
import { handlersOf } from './handlers/index.ts';
import { watchReadiness } from './readiness.ts';

/** Serves when it returns; Kafka and the signature service may be absent (then not ready). */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using parts = new AsyncDisposableStack();
  const context = await createContext(parts, config, overrides);
  const { database, relay, events, clock } = context;
  const log = { node: config.node, log: 'access' };
  const source = ownLogSource({ database, log, changed: relay.changed });
  const services = [
    bind(AuditServiceService, handlersOf(context)),
    bind(LogServiceService, logReads(source)),
  ];
  const server = await startServer({
    address: config.address,
    tls: { ca: config.ca, cert: config.cert, key: config.key },
    services,
    roles,
    // Calls that wait for news end at once when the server stops; getEntries bounds its own waiting.
    longLived: new Set<string>([LogServiceService.getSnapshot.path, LogServiceService.getEntries.path]),
    authorise: authoriser({ ...config, registry: noDepartments }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    beforeRefusal: refusalRecorder({ writer: ownAccessWriter(database), catalogue: accessCatalogue, clock }),
    onError: events.callFailed,
    ...serverCalls(overrides.telemetry),
  });
  closing(parts, server, (it) => it.stop());
  const setServing = (serving: boolean) => {
    for (const { name } of services) server.setServing(name, serving);
  };
  setServing(false);
  closing(parts, watchReadiness({ ...context, setServing }), (it) => it.stop());
  return running(parts.move(), { address: server.address, port: server.port });
}

/** No department and no other node calls this service. */
const noDepartments = { version: 0, node: () => undefined, departmentRoles: () => new Set<never>() };

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));
