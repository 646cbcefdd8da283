import { createHash } from 'node:crypto';
import pg from 'pg';
import { toMeshError } from './errors.ts';
import {
  beginMode,
  inTransaction,
  type ReadOptions,
  readOn,
  type TxOptions,
  withRetries,
} from './transaction.ts';
import type { Reader, Tx } from './tx.ts';

/** One connection of its own, outside the pool: for an advisory lock and the work that the lock protects. */
export interface Connection {
  tx<T>(fn: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>;
  read<T>(fn: (reader: Reader) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Takes the database-wide lock of this name if it is free; held until unlock or the end of the connection. */
  tryLock(name: string): Promise<boolean>;
  unlock(name: string): Promise<void>;
  /** Aborted as soon as the connection is lost: its locks are gone then. */
  readonly lost: AbortSignal;
}

/** Advisory locks have 64-bit keys and are shared by all schemas of a database: hash a name that tells the service. */
export function lockKey(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE(0).toString();
}

/** Opens a connection, hands it to `fn` and closes it. */
export async function withConnection<T>(
  options: pg.ClientConfig,
  fn: (connection: Connection) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(options);
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(toMeshError(error)));
  client.on('end', () => lost.abort(new Error('connection closed')));
  try {
    await client.connect();
  } catch (error) {
    throw toMeshError(error);
  }
  try {
    return await fn(connectionOn(client, lost.signal));
  } finally {
    await client.end().catch(() => {});
  }
}

function connectionOn(client: pg.Client, lost: AbortSignal): Connection {
  return {
    lost,
    tx: (fn, options = {}) =>
      withRetries(options.retrySerialization ?? 0, () => inTransaction(client, beginMode(options), fn)),
    read: (fn, options) => readOn(client, fn, options),
    tryLock: (name) =>
      readOn(client, async (reader) => {
        const row = await reader.row<{ taken: boolean }>('SELECT pg_try_advisory_lock($1::bigint) AS taken', [
          lockKey(name),
        ]);
        return row?.taken === true;
      }),
    unlock: (name) =>
      readOn(client, async (reader) => {
        await reader.rows('SELECT pg_advisory_unlock($1::bigint)', [lockKey(name)]);
      }),
  };
}
