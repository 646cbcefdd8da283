import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { type Channel, type ClientOf, connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import {
  type CallListeners,
  clientCalls,
  createTelemetry,
  type ProcessTelemetry,
  type Tracing,
} from '@lianzheng/runtime/telemetry';
import type { Config } from './config.ts';
import { createEvents, type Events } from './events.ts';
import { createReadiness, type Readiness } from './readiness.ts';

export type Context = {
  readonly clock: Clock;
  readonly events: Events;
  readonly exchange: Pick<ClientOf<typeof ExchangeServiceService>, 'getPublicStatus' | 'listLinks'>;
  readonly readiness: Readiness;
  readonly telemetry: Pick<ProcessTelemetry, 'prometheusText'>;
  readonly tracing: Tracing;
};

export type Overrides = {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Of a process that has more services than this one. */
  readonly telemetry?: ProcessTelemetry;
};

/** All parts, each closed with `parts`. The other services may be absent. */
export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  overrides: Overrides,
): Promise<Context> {
  const { node } = config;
  const clock = overrides.clock ?? config.clock;
  const logger =
    overrides.logger ??
    createLogger({ service: 'gateway', node, level: config.logLevel, file: config.logFile });
  const telemetry = overrides.telemetry ?? (await ownTelemetry(parts, node, logger));
  const own = telemetry.telemetryFor('gateway');
  const events = createEvents(logger, own);
  const channels = connectServices(parts, config, clientCalls(own));
  const exchange = createClient(ExchangeServiceService, channels.exchange);
  const readiness = createReadiness(channels, clock);
  return { clock, events, exchange, telemetry, tracing: own, readiness };
}

async function ownTelemetry(parts: AsyncDisposableStack, node: string, logger: Logger) {
  const onError = (err: unknown) => logger.warn({ err }, 'telemetry failed');
  const telemetry = await createTelemetry({ service: 'gateway', node, onError });
  return closing(parts, telemetry, (it) => it.close());
}

function connectServices(
  parts: AsyncDisposableStack,
  config: Config,
  calls: CallListeners,
): Record<string, Channel> & { exchange: Channel } {
  const { node, ca, cert, key } = config;
  const open = (service: string, address: string) => {
    const expect = `lianzheng://${node}/service/${service}`;
    const channel = connect({ address, tls: { ca, cert, key }, expect, ...calls });
    return closing(parts, channel, (it) => it.close());
  };
  return {
    catalog: open('catalog', config.catalogAddress),
    issuance: open('issuance', config.issuanceAddress),
    signature: open('signature', config.signatureAddress),
    exchange: open('exchange', config.exchangeAddress),
    audit: open('audit', config.auditAddress),
  };
}
