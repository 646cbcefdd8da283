import path from 'node:path';
import { type AccessWriter, accessMigrations, createAccessWriter, startForwarder } from '@lianzheng/access';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import type { ClusterAddress } from '@lianzheng/kafka';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { createRegistry, type Registry } from '@lianzheng/registry';
import { type ClientOf, connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import {
  type CallListeners,
  clientCalls,
  silentTelemetry,
  type Telemetry,
} from '@lianzheng/runtime/telemetry';
import { createPeers, type Peers } from './ask/peers.ts';
import type { Config } from './config.ts';
import { createEvents, type Events } from './events.ts';

/** The services of the same node. */
export type Services = {
  catalog: ClientOf<typeof CatalogServiceService>;
  catalogLog: ClientOf<typeof LogServiceService>;
  issuance: ClientOf<typeof IssuanceServiceService>;
  statusLog: ClientOf<typeof LogServiceService>;
  signature: ClientOf<typeof SignatureServiceService>;
  audit: ClientOf<typeof AuditServiceService>;
  accessLog: ClientOf<typeof LogServiceService>;
};

export type Context = {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: Events;
  readonly telemetry: Telemetry;
  readonly database: Database;
  readonly registry: Registry;
  readonly services: Services;
  readonly peers: Peers;
  readonly access: AccessWriter;
};

export type Overrides = { readonly clock?: Clock; readonly logger?: Logger; readonly telemetry?: Telemetry };

export const exchangeMigrations = {
  name: 'exchange',
  folder: path.join(import.meta.dirname, '../migrations'),
};

/** Everything that the service's schema is made of, in order. */
export const migrationSets = [exchangeMigrations, accessMigrations];

export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  overrides: Overrides,
): Promise<Context> {
  const { node, province, clock: systemTime } = config;
  const clock = overrides.clock ?? systemTime;
  const logger =
    overrides.logger ??
    createLogger({ service: 'exchange', node, level: config.logLevel, file: config.logFile });
  const { telemetry = silentTelemetry } = overrides;
  const events = createEvents(logger, telemetry);
  const calls = clientCalls(telemetry);
  if (config.databaseAdminUrl) {
    await migrate({
      adminUrl: config.databaseAdminUrl,
      service: 'exchange',
      password: decodeURIComponent(new URL(config.databaseUrl).password),
      sets: migrationSets,
    });
  }
  const database = closing(
    parts,
    openDatabase({ url: config.databaseUrl, applicationName: `exchange ${node}`, max: 12 }),
    (it) => it.close(),
  );
  const registry = createRegistry({ province, node, pinnedKeys: config.bundle?.pinnedKeys ?? [] });
  const services = connectServices(parts, config, calls);
  const peers = closing(
    parts,
    createPeers({
      self: node,
      province,
      registry,
      tls: tlsOf(config),
      addresses: new Map(config.peerAddresses.map((entry) => entry.split('=') as [string, string])),
      clock,
      calls,
    }),
    (it) => it.close(),
  );
  const { audit } = services;
  const forwarding = { database, service: 'exchange', audit, clock, logger, metrics: telemetry };
  closing(parts, startForwarder(forwarding), (it) => it.stop());
  const access = createAccessWriter(database);
  return { config, clock, logger, events, telemetry, database, registry, services, peers, access };
}

function connectServices(parts: AsyncDisposableStack, config: Config, calls: CallListeners): Services {
  const open = (name: string, address: string) =>
    closing(
      parts,
      connect({
        address,
        tls: tlsOf(config),
        expect: `lianzheng://${config.node}/service/${name}`,
        ...calls,
      }),
      (channel) => channel.close(),
    );
  const catalog = open('catalog', config.catalogAddress);
  const issuance = open('issuance', config.issuanceAddress);
  const signature = open('signature', config.signatureAddress);
  const audit = open('audit', config.auditAddress);
  return {
    catalog: createClient(CatalogServiceService, catalog),
    catalogLog: createClient(LogServiceService, catalog),
    issuance: createClient(IssuanceServiceService, issuance),
    statusLog: createClient(LogServiceService, issuance),
    signature: createClient(SignatureServiceService, signature),
    audit: createClient(AuditServiceService, audit),
    accessLog: createClient(LogServiceService, audit),
  };
}

export const tlsOf = ({ ca, cert, key }: Config) => ({ ca, cert, key });

export function clusterOf({ kafkaBrokers, kafkaCa, kafkaCert, kafkaKey }: Config): ClusterAddress {
  const tls =
    kafkaCa && kafkaCert && kafkaKey ? { caPem: kafkaCa, certPem: kafkaCert, keyPem: kafkaKey } : undefined;
  return { bootstrap: kafkaBrokers, tls };
}
