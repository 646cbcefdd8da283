import type { AddressInfo } from 'node:net';
import { closing, type Running, running } from '@lianzheng/runtime';
import type { Config } from './config.ts';
import { createContext, type Overrides } from './context.ts';
import { createApp } from './http/app.ts';

export type { Overrides } from './context.ts';

/** Serves HTTP when it returns; all other services may be absent. */
export async function start(
  config: Config,
  overrides: Overrides = {},
): Promise<Running & { readonly address: string; readonly port: number }> {
  await using parts = new AsyncDisposableStack();
  const context = await createContext(parts, config, overrides);
  const app = closing(parts, await createApp(config, context), (it) => it.close());
  const at = config.address.lastIndexOf(':');
  const host = config.address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  await app.listen({ host, port: Number(config.address.slice(at + 1)) });
  const { port } = app.server.address() as AddressInfo;
  return running(parts.move(), { address: `${config.address.slice(0, at)}:${port}`, port });
}
