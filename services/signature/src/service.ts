import { readFile } from 'node:fs/promises';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { bind, startServer } from '@lianzheng/rpc';
import { closing, type Running, running } from '@lianzheng/runtime';
import { authoriser } from './authorise.ts';
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
    authorise: authoriser(config),
    reflection: { descriptorSet: await readFile(descriptorSet) },
    onError: context.events.callFailed,
  });
  closing(parts, server, (it) => it.stop());
  return running(parts.move(), { address: server.address, port: server.port });
}

const descriptorSet = new URL(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));
