import { readSecret } from '@lianzheng/cipher';
import { type Keystore, lockFolder, openKeystore } from '@lianzheng/keystore';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { connect, createClient } from '@lianzheng/rpc';
import { type Clock, closing, createLogger, type Logger } from '@lianzheng/runtime';
import { clientCalls, silentTelemetry, type Telemetry } from '@lianzheng/runtime/telemetry';
import { startForwarder } from './accesses/forwarder.ts';
import { type Journal, openJournal } from './accesses/journal.ts';
import type { Config } from './config.ts';
import { createTokenBucket, type TokenBucket } from './domain/token-bucket.ts';
import { createEvents, type Events } from './events.ts';
import { createMemories, type Memories } from './memories.ts';
import { createSlices, type Slices } from './slices.ts';

export type Context = {
  readonly node: string;
  readonly clock: Clock;
  readonly events: Events;
  readonly keystore: Keystore;
  readonly memories: Memories;
  readonly journal: Journal;
  readonly slices: Slices;
  /** By service; whoever is not listed gets no indices. */
  readonly indexLimits: ReadonlyMap<string, TokenBucket>;
};

export type Overrides = { readonly clock?: Clock; readonly logger?: Logger; readonly telemetry?: Telemetry };

/** All parts, each closed with `parts`. Fails when another process holds the memory or the secret does not open the keys. */
export async function createContext(
  parts: AsyncDisposableStack,
  config: Config,
  { clock = config.clock, logger = loggerOf(config), telemetry = silentTelemetry }: Overrides,
): Promise<Context> {
  const events = createEvents(logger, telemetry);
  closing(parts, await lockFolder(config.memory), (lock) => lock.release());
  const keystore = await openKeystore(config.keystore, await readSecret(config));
  const memories = closing(parts, createMemories(config.memory), (it) => it.close());
  const journal = closing(parts, await openJournal(config.memory, clock.nowMs()), (it) => it.close());
  const audit = closing(parts, connectAudit(config, telemetry), (channel) => channel.close());
  telemetry.gauge('lz_access_waiting', 'Access entries that audit has not taken yet.', async () => [
    { value: await journal.waiting() },
  ]);
  const client = createClient(AuditServiceService, audit);
  closing(parts, startForwarder(journal, client, events.forwardingFailed), (loop) => loop.stop());
  const indexLimits = limitsOf(config);
  return {
    node: config.node,
    clock,
    events,
    keystore,
    memories,
    journal,
    slices: createSlices(),
    indexLimits,
  };
}

/** Ten seconds at once, so that an import's batches do not wait for one another; never less than one whole call. */
function limitsOf({ indexRate, exchangeIndexRate }: Config): Map<string, TokenBucket> {
  const bucket = (rate: number) => createTokenBucket(rate, Math.max(10 * rate, 2_000));
  return new Map([
    ['issuance', bucket(indexRate)],
    ['exchange', bucket(exchangeIndexRate)],
  ]);
}

function connectAudit({ auditAddress, node, ca, cert, key }: Config, telemetry: Telemetry) {
  return connect({
    address: auditAddress,
    tls: { ca, cert, key },
    expect: `lianzheng://${node}/service/audit`,
    ...clientCalls(telemetry),
  });
}

function loggerOf({ node, logLevel, logFile }: Config): Logger {
  return createLogger({ service: 'signature', node, level: logLevel, file: logFile });
}
