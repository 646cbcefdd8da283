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
import { createPeers, type Peers } from './ask/peers.ts';
import type { Config } from './config.ts';

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
  readonly database: Database;
  readonly registry: Registry;
  readonly services: Services;
  readonly peers: Peers;
  readonly access: AccessWriter;
};

export type Overrides = { readonly clock?: Clock; readonly logger?: Logger };

export const exchangeMigrations = {
  name: 'exchange',
  folder: path.join(import.meta.dirname, '../migrations'),
};

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
  if (config.databaseAdminUrl) {
    await migrate({
      adminUrl: config.databaseAdminUrl,
      service: 'exchange',
      password: decodeURIComponent(new URL(config.databaseUrl).password),
      sets: [exchangeMigrations, accessMigrations],
    });
  }
  const database = closing(
    parts,
    openDatabase({ url: config.databaseUrl, applicationName: `exchange ${node}`, max: 12 }),
    (it) => it.close(),
  );
  const registry = createRegistry({ province, node, pinnedKeys: config.bundle?.pinnedKeys ?? [] });
  const services = connectServices(parts, config);
  const peers = closing(
    parts,
    createPeers({
      self: node,
      province,
      registry,
      tls: tlsOf(config),
      addresses: new Map(config.peerAddresses.map((entry) => entry.split('=') as [string, string])),
      clock,
    }),
    (it) => it.close(),
  );
  closing(
    parts,
    startForwarder({ database, service: 'exchange', audit: services.audit, clock, logger }),
    (it) => it.stop(),
  );
  return { config, clock, logger, database, registry, services, peers, access: createAccessWriter(database) };
}

function connectServices(parts: AsyncDisposableStack, config: Config): Services {
  const open = (name: string, address: string) =>
    closing(
      parts,
      connect({ address, tls: tlsOf(config), expect: `lianzheng://${config.node}/service/${name}` }),
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
