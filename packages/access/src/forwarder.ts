import { createHash } from 'node:crypto';
import type { Database, Reader, Tx } from '@lianzheng/db';
import type { AppendAccessesRequest, AppendAccessesResponse } from '@lianzheng/proto/audit/v1/audit';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Clock, type Logger, type LoopResult, startLoop } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

/** The one call of audit that is made here. */
export type AuditCalls = {
  appendAccesses(
    request: AppendAccessesRequest,
    options: { signal: AbortSignal; deadlineMs: number },
  ): Promise<AppendAccessesResponse>;
};

export type ForwarderOptions = {
  database: Database;
  /** First part of the entries' ids: catalog, issuance, signature, exchange, gateway. */
  service: string;
  audit: AuditCalls;
  clock: Clock;
  logger: Logger;
  metrics?: Metrics;
  /** Pause between rounds while little happens. Default 200: a busy second makes five batches, not hundreds. */
  idleMs?: number;
};

export type Forwarder = {
  /** Forwards now instead of with the next round; no call needs to. */
  wake(): void;
  /** Entries that audit has not acknowledged. */
  backlog(): Promise<number>;
  /** Ends after the round under way; what still waits is durable and goes out after the next start. */
  stop(): Promise<void>;
};

const batchRows = 2_000;
const batchBytes = 2 * 1024 * 1024;

type WaitingAccess = { id: number; salt: Buffer; body: Buffer };

/**
 * Hands the service's access entries to audit, oldest first, and deletes what was acknowledged. While audit is away they
 * wait; no call does. A batch that was taken and not acknowledged goes out again and changes nothing there.
 */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const { database, service, audit, clock, logger } = options;
  let failingSinceMs: number | undefined;

  async function round(signal: AbortSignal): Promise<LoopResult> {
    const waiting = await database.read(readWaiting);
    if (waiting.length > 0) await forward(waiting, signal);
    recovered();
    return waiting.length === batchRows ? 'again' : 'idle';
  }

  async function forward(waiting: WaitingAccess[], signal: AbortSignal): Promise<void> {
    try {
      await append(waiting, signal);
    } catch (error) {
      if (!isMeshError(error, 'INVALID_ARGUMENT')) throw error;
      await forwardOneByOne(waiting, signal);
      return;
    }
    await database.statement((tx) => deleteWaiting(tx, waiting));
  }

  async function forwardOneByOne(waiting: WaitingAccess[], signal: AbortSignal): Promise<void> {
    for (const access of waiting) {
      try {
        await append([access], signal);
        await database.tx((tx) => deleteWaiting(tx, [access]));
      } catch (error) {
        if (!isMeshError(error, 'INVALID_ARGUMENT')) throw error;
        logger.error({ id: access.id, err: error }, 'access entry refused by audit, set aside');
        await database.tx((tx) => setAside(tx, access.id, error.message));
      }
    }
  }

  async function append(waiting: WaitingAccess[], signal: AbortSignal): Promise<void> {
    const records = waiting.map(({ id, salt, body }) => ({
      id: entryId(service, id, salt, body),
      salt,
      body,
    }));
    await audit.appendAccesses({ records }, { signal, deadlineMs: 10_000 });
  }

  function recovered(): void {
    if (failingSinceMs === undefined) return;
    logger.info({ awayMs: clock.nowMs() - failingSinceMs }, 'access entries are forwarded again');
    failingSinceMs = undefined;
  }

  const loop = startLoop({
    name: 'access forwarder',
    idleMs: options.idleMs ?? 200,
    run: round,
    onError(error) {
      if (failingSinceMs !== undefined) return;
      failingSinceMs = clock.nowMs();
      logger.warn({ err: error }, 'access entries wait: audit cannot be reached');
    },
  });

  const backlog = () => database.read(countWaiting);
  options.metrics?.gauge('lz_access_waiting', 'Access entries that audit has not taken yet.', async () => [
    { value: await backlog() },
  ]);
  return { wake: loop.wake, stop: loop.stop, backlog };
}

/**
 * `<service>:<number>.<first digits of the commitment>`: a database that was set back draws the same numbers again, and
 * its new entries must not pass for old ones.
 */
function entryId(service: string, id: number, salt: Buffer, body: Buffer): string {
  const commitment = createHash('sha256').update(salt).update(body).digest('hex');
  return `${service}:${id}.${commitment.slice(0, 8)}`;
}

/** Always the oldest rows, never "after the last one seen": a transaction may commit a smaller id later. */
function readWaiting(reader: Reader): Promise<WaitingAccess[]> {
  return reader.rows(
    `SELECT id, salt, body FROM (
       SELECT id, salt, body, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS bytes_before
         FROM (SELECT id, salt, body FROM access_waiting WHERE refused IS NULL ORDER BY id LIMIT $1) AS oldest
     ) AS measured WHERE bytes_before < $2 ORDER BY id`,
    [batchRows, batchBytes],
    { name: 'access_read_waiting' },
  );
}

async function deleteWaiting(tx: Tx, waiting: readonly WaitingAccess[]): Promise<void> {
  await tx.execute('DELETE FROM access_waiting WHERE id = ANY($1::bigint[])', [waiting.map(({ id }) => id)], {
    name: 'access_delete_waiting',
  });
}

async function setAside(tx: Tx, id: number, reason: string): Promise<void> {
  await tx.execute('UPDATE access_waiting SET refused = $2 WHERE id = $1', [id, reason]);
}

async function countWaiting(reader: Reader): Promise<number> {
  const row = await reader.row<{ count: number }>('SELECT count(*) AS count FROM access_waiting');
  return row?.count ?? 0;
}
