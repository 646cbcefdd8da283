import path from 'node:path';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import { type ClusterAddress, createProducer } from '@lianzheng/kafka';
import {
  logMigrations,
  type OwnerSources,
  ownerSources,
  ownTopic,
  type Publish,
  type Relay,
  signerFrom,
  startRelay,
} from '@lianzheng/log';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import {
  type CallListeners,
  clientCalls,
  silentTelemetry,
  type Telemetry,
} from '@lianzheng/runtime/telemetry';
import type { Config } from './config.ts';
import { createEvents, type Events } from './events.ts';
import { type Heads, startHeads } from './heads.ts';
import { connectSignature, type Signature } from './signature.ts';

export type Context = {
  readonly clock: Clock;
  readonly events: Events;
  readonly database: Database;
  readonly signature: Signature;
  readonly relay: Relay;
  readonly heads: Heads;
};

export type Overrides = { readonly clock?: Clock; readonly logger?: Logger; readonly telemetry?: Telemetry };

export const auditMigrations = { name: 'audit', folder: path.join(import.meta.dirname, '../migrations') };

/** Everything that the service's schema is made of, in order. */
export const migrationSets = [logMigrations, auditMigrations];

/** All parts, each closed with `parts`. Kafka and the signature service may be absent; the database must be there to migrate. */
export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  { clock = config.clock, logger = loggerOf(config), telemetry = silentTelemetry }: Overrides,
): Promise<Context> {
  const { node } = config;
  const events = createEvents(logger, telemetry);
  await migrateWhenAdmin(config);
  const database = closing(
    parts,
    openDatabase({ url: config.databaseUrl, applicationName: `audit ${node}` }),
    (it) => it.close(),
  );
  const publish = createPublish(parts, config, events);
  const calls = clientCalls(telemetry);
  const signature = closing(parts, connectSignature(config, calls), (it) => it.close());
  const signer = signerFrom(signature.calls);
  const log = { node, log: 'access' } as const;
  const sources = sourcesOf(parts, config, logger, calls);
  const relay = startRelay({
    database,
    log,
    signer,
    publish,
    sources,
    checkpointsOnly: true,
    clock,
    logger,
    metrics: telemetry,
  });
  closing(parts, relay, (it) => it.stop());
  const heads = closing(parts, startHeads(publish, events.publishingFailed), (it) => it.stop());
  return { clock, events, database, signature, relay, heads };
}

async function migrateWhenAdmin({ databaseUrl, databaseAdminUrl }: Config): Promise<void> {
  if (databaseAdminUrl === undefined) return;
  await migrate({
    adminUrl: databaseAdminUrl,
    service: 'audit',
    password: decodeURIComponent(new URL(databaseUrl).password),
    sets: migrationSets,
  });
}

/** Into the node's own topic of its access log. */
function createPublish(parts: AsyncDisposableStack, config: Config, events: Events): Publish {
  const producer = createProducer({
    cluster: clusterOf(config),
    clientId: `audit-${config.node}`,
    onError: events.publishingFailed,
  });
  closing(parts, producer, (it) => it.close());
  const topic = topicOf(config);
  return (records, signal) => producer.send(topic, records, { signal });
}

const topicOf = ({ node }: Config) => `lianzheng.access.${node}`;

/** Others hold heads of this log, nobody holds its entries: they tell that this database was set back. */
function sourcesOf(
  parts: AsyncDisposableStack,
  config: Config,
  logger: Logger,
  calls: CallListeners,
): OwnerSources {
  const { node, exchangeAddress, ca, cert, key } = config;
  const expect = `lianzheng://${node}/service/exchange`;
  const channel = connect({ address: exchangeAddress, tls: { ca, cert, key }, expect, ...calls });
  closing(parts, channel, (it) => it.close());
  const exchange = createClient(ExchangeServiceService, channel);
  return ownerSources({
    exchange,
    topic: ownTopic({ cluster: clusterOf(config), topic: topicOf(config), logger }),
    logger,
  });
}

function clusterOf({ kafkaBrokers, kafkaCa, kafkaCert, kafkaKey }: Config): ClusterAddress {
  const tls =
    kafkaCa && kafkaCert && kafkaKey ? { caPem: kafkaCa, certPem: kafkaCert, keyPem: kafkaKey } : undefined;
  return { bootstrap: kafkaBrokers, tls };
}

function loggerOf({ node, logLevel, logFile }: Config): Logger {
  return createLogger({ service: 'audit', node, level: logLevel, file: logFile });
}
