import path from 'node:path';
import { type AccessWriter, accessMigrations, createAccessWriter, startForwarder } from '@lianzheng/access';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import {
  logMigrations,
  type OwnerSources,
  ownerSources,
  ownTopic,
  type Relay,
  signerFrom,
  startRelay,
} from '@lianzheng/log';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { createRegistry, followRegistry, type Registry } from '@lianzheng/registry';
import { connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import { clientCalls, silentTelemetry, type Telemetry } from '@lianzheng/runtime/telemetry';
import type { Config } from './config.ts';
import { createEvents, type Events } from './events.ts';
import { jwsPlace } from './licence-message.ts';
import { clusterOf, startPublishing, topicOf } from './publishing.ts';
import { createReadGuard, type ReadGuard } from './read-guard.ts';
import { recoveryHooks } from './recovery.ts';
import { type Claims, createClaims } from './rounds/claims.ts';
import type { SealJws } from './rounds/entries.ts';
import { createSigning, type Signing } from './rounds/signing.ts';
import { createWrites, type Writes } from './rounds/writes.ts';
import { startSweep } from './sweep.ts';
import type { Vault } from './vault.ts';
import { startVaultKeys } from './vault-keys.ts';

export type Context = {
  readonly node: string;
  readonly province: string;
  readonly clock: Clock;
  readonly events: Events;
  readonly database: Database;
  readonly registry: Registry;
  /** Throws UNAVAILABLE until the data keys are there. */
  readonly vault: () => Vault;
  readonly sealJws: SealJws;
  readonly signing: Signing;
  readonly claims: Claims;
  readonly writes: Writes;
  readonly access: AccessWriter;
  readonly relay: Relay;
  readonly guardRead: ReadGuard;
  /** Why commands cannot be carried out; empty = they can. */
  readonly notReady: () => string[];
};

export type Overrides = {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly telemetry?: Telemetry;
  /** Filled already; instead of following the catalogue. */
  readonly registry?: Registry;
  /** Where the log is asked for after a restart. */
  readonly sources?: OwnerSources;
};

export const issuanceMigrations = {
  name: 'issuance',
  folder: path.join(import.meta.dirname, '../migrations'),
};

/** Everything that the service's schema is made of, in order. */
export const migrationSets = [logMigrations, accessMigrations, issuanceMigrations];

/** All parts, each closed with `parts`. Only the database has to be there; the other services may come later. */
export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  overrides: Overrides,
): Promise<Context> {
  const { node, province } = config;
  const clock = overrides.clock ?? config.clock;
  const logger = overrides.logger ?? loggerOf(config);
  const { telemetry = silentTelemetry } = overrides;
  const events = createEvents(logger, telemetry);
  await migrateDatabase(config);
  const database = closing(parts, openPool(config), (it) => it.close());
  const calls = clientCalls(telemetry);
  const open = (name: string, address: string) => {
    const expect = `lianzheng://${node}/service/${name}`;
    const channel = connect({ address, tls: tlsOf(config), expect, ...calls });
    return closing(parts, channel, (it) => it.close());
  };

  const signature = createClient(SignatureServiceService, open('signature', config.signatureAddress));
  const audit = createClient(AuditServiceService, open('audit', config.auditAddress));
  const forwarding = { database, service: 'issuance', audit, clock, logger, metrics: telemetry };
  closing(parts, startForwarder(forwarding), (it) => it.stop());
  const catalog = createClient(CatalogServiceService, open('catalog', config.catalogAddress));
  const registry = overrides.registry ?? createRegistry({ province, node });
  const follower = overrides.registry
    ? undefined
    : closing(parts, followRegistry({ client: catalog, registry, logger }), (it) => it.stop());

  const keys = startVaultKeys({ database, signature, clock, onError: events.keysFailed });
  closing(parts, keys, (it) => it.stop());
  const { vault } = keys;
  const exchange = createClient(ExchangeServiceService, open('exchange', config.exchangeAddress));
  const cluster = clusterOf(config);
  const topic = cluster && ownTopic({ cluster, topic: topicOf(config), logger });
  const relay = closing(
    parts,
    startRelay({
      database,
      log: { node, log: 'status' },
      signer: signerFrom(signature),
      publish: cluster && startPublishing(parts, config, cluster, events),
      sources: overrides.sources ?? ownerSources({ exchange, topic, logger }),
      hooks: recoveryHooks(events),
      clock,
      logger,
      metrics: telemetry,
    }),
    (it) => it.stop(),
  );
  closing(parts, startSweep({ database, clock, events }), (it) => it.stop());

  const sealJws: SealJws = (identifier, jws) =>
    vault().seal(jwsPlace(identifier), Buffer.from(jws, 'latin1'));
  const claims = closing(parts, createClaims({ database, vault, clock }), (it) => it.drain());
  const writes = closing(parts, createWrites({ database, clock, sealJws, committed: relay.wake }), (it) =>
    it.drain(),
  );
  return {
    node,
    province,
    clock,
    events,
    database,
    registry,
    vault,
    sealJws,
    signing: createSigning(signature, telemetry),
    claims,
    writes,
    access: createAccessWriter(database),
    relay,
    guardRead: createReadGuard(relay),
    notReady: () => [
      ...(keys.ready() ? [] : ['KEYS_NOT_READY']),
      ...(follower === undefined || follower.ready() ? [] : ['REGISTRY_NOT_READY']),
      ...(relay.ready() ? [] : ['LOG_RECOVERING']),
    ],
  };
}

async function migrateDatabase({ databaseAdminUrl, databaseUrl }: Config): Promise<void> {
  if (databaseAdminUrl === undefined) return;
  await migrate({
    adminUrl: databaseAdminUrl,
    service: 'issuance',
    password: decodeURIComponent(new URL(databaseUrl).password),
    sets: migrationSets,
  });
}

function openPool({ databaseUrl, databaseConnections, node }: Config): Database {
  return openDatabase({ url: databaseUrl, applicationName: `issuance ${node}`, max: databaseConnections });
}

const tlsOf = ({ ca, cert, key }: Config) => ({ ca, cert, key });

function loggerOf({ node, logLevel, logFile }: Config): Logger {
  return createLogger({ service: 'issuance', node, level: logLevel, file: logFile });
}
