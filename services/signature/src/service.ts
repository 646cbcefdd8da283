import { readFile } from 'node:fs/promises';
import { refusalRecorder } from '@lianzheng/access';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { authoriser } from '@lianzheng/registry';
import { bind, startServer } from '@lianzheng/rpc';
import { closing, type Running, running } from '@lianzheng/runtime';
import { serverCalls } from '@lianzheng/runtime/telemetry';
import { accesses } from './accesses/catalogue.ts';
import type { Config } from './config.ts';
import { createContext, type Overrides } from './context.ts';
import { handlersOf } from './handlers/index.ts';

export type { Overrides } from './context.ts';

/** Serves when it returns; audit may be absent. */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using parts = new AsyncDisposableStack();
  const context = await createContext(parts, config, overrides);
  const server = await startServer({
    address: config.address,
    tls: { ca: config.ca, cert: config.cert, key: config.key },
    services: [bind(SignatureServiceService, handlersOf(context))],
    roles,
    authorise: authoriserOf(config),
    beforeRefusal: refusalRecorder({
      writer: context.journal,
      catalogue: accesses,
      clock: context.clock,
    }),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: context.events.callFailed,
    ...serverCalls(overrides.telemetry),
  });
  closing(parts, server, (it) => it.stop());
  return running(parts.move(), { address: server.address, port: server.port });
}

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));

/** No department and no other node calls this service: it needs no registry to refuse them. */
const nobody = { departmentRoles: () => new Set<never>(), node: () => undefined, version: 0 };

function authoriserOf({ node, operators, auditors }: Config) {
  return authoriser({ node, registry: nobody, operators, auditors });
}
