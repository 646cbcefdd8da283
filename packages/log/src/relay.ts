import type { Connection, Database, Tx } from '@lianzheng/db';
import type { Clock, Logger } from '@lianzheng/runtime';
import { pause, startLoop } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';
import { createPublisher, type Publish } from './publisher.ts';
import { recover } from './recovery.ts';
import type { OwnerSources } from './recovery-case.ts';
import { measureRelay } from './relay-metrics.ts';
import type { CheckpointSigner } from './signer.ts';
import { HeadMoved, type HeadRow, readHead, takeEpoch } from './store.ts';
import { createWriter, MAX_BATCH, type Signed } from './writer.ts';

export type RelayHooks = {
  /** Entries of this log that were found elsewhere and whose state is gone: in the transaction that restores them. */
  recovered?(tx: Tx, entries: readonly { sequence: number; leaf: Buffer }[]): Promise<void>;
  /** Of the waiting entries: ids of those that contradict the recovered log. They are listed and never sequenced. */
  contradictions?(tx: Tx, waiting: readonly { id: number; leaf: Buffer }[]): Promise<number[]>;
};

export type RelayOptions = {
  database: Database;
  log: { node: string; log: 'status' | 'catalog' | 'access' };
  signer: CheckpointSigner;
  /** Sends to the node's own Kafka and resolves when it is acknowledged; undefined = this log has no topic. */
  publish?: Publish;
  /** Where the owner asks for its own log after a restart. */
  sources?: OwnerSources;
  hooks?: RelayHooks;
  /** Access logs: a new generation does not hold up readiness, and bodies never travel. */
  checkpointsOnly?: boolean;
  clock: Clock;
  logger: Logger;
  metrics?: Metrics;
  /** A checkpoint every so often when idle: the heartbeat. Default 2,000. */
  heartbeatMs?: number;
};

export type Relay = {
  /** The own log agrees with everything that could be asked: commands may be taken. */
  ready(): boolean;
  /** starting, waiting (another relay holds the log), recovering, ready, stuck: <why>, stopped. */
  state(): string;
  /** There are entries waiting. */
  wake(): void;
  /** Resolves when a checkpoint was integrated, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

/**
 * From the start of one batch to that of the next. The first entry after a quiet moment goes at once; under load each
 * checkpoint, which everybody signs, sends, verifies and stores, covers what came meanwhile.
 */
const MIN_BATCH_MS = 40;

/**
 * The one writer of a log (logs.md §2): sequences what waits, has the checkpoint signed, publishes. Lock and sequencing
 * use one connection; whatever fails ends the tenure, and the next one begins by comparing everything again.
 */
export function startRelay(options: RelayOptions): Relay {
  const { database, log, logger } = options;
  const heartbeatMs = options.heartbeatMs ?? 2_000;
  if (options.metrics) measureRelay(options.metrics, log.log, database);
  let state = 'starting';
  let tenure: { wake(): void } | undefined;
  let integrated = Promise.withResolvers<void>();

  const loop = startLoop({
    name: `relay ${log.log}`,
    idleMs: 250,
    onError(error) {
      state = state.startsWith('stuck') ? state : 'starting';
      if (error instanceof HeadMoved)
        logger.warn({ log: log.log, reason: error.message }, 'relay superseded');
      else logger.error({ log: log.log, err: error }, 'relay failed');
    },
    async run(signal) {
      await database.connection((connection) => serve(connection, signal));
      return 'idle';
    },
  });

  async function serve(connection: Connection, signal: AbortSignal): Promise<void> {
    if (!(await connection.tryLock(`lianzheng log ${log.log} ${log.node}`))) {
      state = 'waiting';
      return;
    }
    const head = await connection.tx(takeEpoch);
    state = 'recovering';
    const recovery = await recover({ ...options, connection, head, signal });
    if (recovery.stuck !== undefined) {
      state = `stuck: ${recovery.stuck}`;
      throw new Error(`own log ${log.log} cannot be recovered: ${recovery.stuck}`);
    }
    await sequenceAndSign(connection, await connection.read(readHead), recovery, signal);
  }

  async function sequenceAndSign(
    connection: Connection,
    head: HeadRow,
    signed: Signed,
    stopping: AbortSignal,
  ): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([stopping, connection.lost, ended.signal]);
    const publisher =
      options.publish && createPublisher({ ...options, publish: options.publish, head, signal });
    const writer = createWriter(connection, head, signed, options);
    let woken = Promise.withResolvers<void>();
    tenure = { wake: () => woken.resolve() };
    try {
      await writer.begin();
      state = 'ready';
      notify(publisher);
      while (!signal.aborted) {
        woken = Promise.withResolvers();
        const startedMs = performance.now();
        const count = await writer.writeBatch();
        if (count > 0) {
          notify(publisher);
          if (count < MAX_BATCH)
            await pause(Math.max(0, startedMs + MIN_BATCH_MS - performance.now()), signal);
        } else if (await pausedUntil(woken.promise, writer.msToHeartbeat(heartbeatMs), signal)) {
          await writer.heartbeat();
          notify(publisher);
        }
      }
      if (connection.lost.aborted) throw connection.lost.reason;
    } finally {
      tenure = undefined;
      state = stopping.aborted ? 'stopped' : 'starting';
      ended.abort();
      await publisher?.stopped;
    }
  }

  function notify(publisher: { wake(): void } | undefined) {
    publisher?.wake();
    integrated.resolve();
    integrated = Promise.withResolvers();
  }

  return {
    ready: () => state === 'ready',
    state: () => state,
    wake: () => tenure?.wake(),
    changed: (signal) => either(integrated.promise, signal),
    stop: () => loop.stop(),
  };
}

/** True when the time is up, false when woken or aborted. A wake may get lost, so nothing waits longer than a moment. */
async function pausedUntil(woken: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  const pollMs = 100;
  if (ms === 0) return true;
  const timeout = AbortSignal.timeout(Math.min(ms, pollMs));
  await either(woken, AbortSignal.any([timeout, signal]));
  return ms <= pollMs && timeout.aborted && !signal.aborted;
}

function either(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', done);
    void promise.then(done);
  });
}
