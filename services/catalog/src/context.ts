import path from 'node:path';
import { type AccessWriter, accessMigrations, createAccessWriter, startForwarder } from '@lianzheng/access';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import { logMigrations, ownerSources, ownTopic, type Relay, signerFrom, startRelay } from '@lianzheng/log';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { ROOT_LOG } from '@lianzheng/registry';
import { type Channel, connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import {
  type CallListeners,
  clientCalls,
  silentTelemetry,
  type Telemetry,
} from '@lianzheng/runtime/telemetry';
import type { Config } from './config.ts';
import { followCatalogues } from './consumers/catalogue-logs.ts';
import { createEvents, type Events } from './events.ts';
import { clusterOf, startPublishing, topicOf } from './publishing.ts';
import { recoveryHooks } from './recovery.ts';
import { startView, type View } from './view.ts';

export type Context = {
  /** Division codes of the own node and of the one whose catalogue is the registry. */
  readonly node: string;
  readonly province: string;
  /** The pinned offline root of the province. */
  readonly roots: readonly LogKey[];
  readonly clock: Clock;
  readonly events: Events;
  readonly database: Database;
  readonly view: View;
  readonly relay: Relay;
  /** For calls that write nothing else. */
  readonly access: AccessWriter;
};

export type Overrides = { readonly clock?: Clock; readonly logger?: Logger; readonly telemetry?: Telemetry };

export const catalogMigrations = { name: 'catalog', folder: path.join(import.meta.dirname, '../migrations') };

/** Everything that the service's schema is made of, in order. */
export const migrationSets = [logMigrations, accessMigrations, catalogMigrations];

/** All parts at work, each closed with `parts`; Kafka and the other services may be absent. */
export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  { clock = config.clock, logger = loggerOf(config), telemetry = silentTelemetry }: Overrides,
): Promise<Context> {
  const { node, province, bundle = { pinnedKeys: [], catalogueSize: 0 } } = config;
  const events = createEvents(logger, telemetry);
  const database = await openOwnDatabase(parts, config);
  const calls = clientCalls(telemetry);
  const open = (name: string, address: string) => channelTo(parts, config, { name, address, ...calls });
  const audit = createClient(AuditServiceService, open('audit', config.auditAddress));
  const exchange = open('exchange', config.exchangeAddress);
  const signature = createClient(SignatureServiceService, open('signature', config.signatureAddress));
  const forwarding = { database, service: 'catalog', audit, clock, logger, metrics: telemetry };
  closing(parts, startForwarder(forwarding), (it) => it.stop());

  const onError = events.backgroundFailed;
  const view = closing(parts, startView({ database, node, province, bundle, clock, onError }), (it) =>
    it.stop(),
  );
  const relay = startRelay({
    database,
    log: { node, log: 'catalog' },
    signer: signerFrom(signature),
    publish: startPublishing(parts, config, onError),
    sources: ownerSources({
      exchange: createClient(ExchangeServiceService, exchange),
      topic: ownTopic({ cluster: clusterOf(config), topic: topicOf(config), logger }),
      logger,
    }),
    hooks: recoveryHooks(config, events),
    clock,
    logger,
    metrics: telemetry,
  });
  closing(parts, relay, (it) => it.stop());
  const roots = bundle.pinnedKeys.filter(({ log }) => log === ROOT_LOG);
  const access = createAccessWriter(database);
  const context = { node, province, roots, clock, events, database, view, relay, access };
  closing(parts, followCatalogues(context, createClient(LogServiceService, exchange)), (it) => it.stop());
  return context;
}

async function openOwnDatabase(parts: AsyncDisposableStack, config: Config): Promise<Database> {
  const { databaseUrl: url, databaseAdminUrl: adminUrl, node } = config;
  if (adminUrl !== undefined) {
    const password = decodeURIComponent(new URL(url).password);
    const sets = migrationSets;
    await migrate({ adminUrl, service: 'catalog', password, sets });
  }
  return closing(parts, openDatabase({ url, applicationName: `catalog ${node}` }), (it) => it.close());
}

function channelTo(
  parts: AsyncDisposableStack,
  { ca, cert, key, node }: Config,
  { name, ...options }: { name: string; address: string } & CallListeners,
): Channel {
  const expect = `lianzheng://${node}/service/${name}`;
  return closing(parts, connect({ ...options, tls: { ca, cert, key }, expect }), (it) => it.close());
}

function loggerOf({ node, logLevel, logFile }: Config): Logger {
  return createLogger({ service: 'catalog', node, level: logLevel, file: logFile });
}
