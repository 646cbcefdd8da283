import type { Env, Running, Spec } from '@lianzheng/runtime';
import type { ProcessTelemetry } from '@lianzheng/runtime/telemetry';

/** In the order of their ports; they may start in any order. */
export const SERVICES = ['catalog', 'issuance', 'signature', 'exchange', 'audit', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The files that every service has (style: the rhythm of a service), loaded only where and when they are needed. */
type ServiceConfig = { readonly spec: Spec; readConfig(env: Env): unknown };
type ServiceStart = { start(config: unknown, overrides: { telemetry: ProcessTelemetry }): Promise<Running> };

const file = (service: ServiceName, name: string) =>
  new URL(`../../../services/${service}/src/${name}.ts`, import.meta.url);

export const mainOf = (service: ServiceName): URL => file(service, 'main');
export const configOf = (service: ServiceName): Promise<ServiceConfig> =>
  import(file(service, 'config').href);
export const startOf = (service: ServiceName): Promise<ServiceStart> => import(file(service, 'service').href);
