import pg from 'pg';
import { columnTypes } from './column-types.ts';
import { type Connection, withConnection } from './connection.ts';
import { toMeshError } from './errors.ts';
import { createListener } from './listen.ts';
import {
  beginMode,
  inTransaction,
  isBroken,
  nothingBegan,
  oneStatementOn,
  type ReadOptions,
  readOn,
  type TxOptions,
  withRetries,
} from './transaction.ts';
import type { Reader, Tx } from './tx.ts';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Connections of the pool; dedicated ones and the listener's come on top. */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** The server cancels longer statements: DEADLINE_EXCEEDED. Default: no limit. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a free or new connection before UNAVAILABLE. Default 5,000. */
  readonly connectTimeoutMs?: number;
}

export interface Database {
  /** BEGIN … COMMIT; a throw rolls back. No network call belongs inside. */
  tx<T>(fn: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>;
  /**
   * A transaction of one statement, which commits by itself: a third of the round trips of `tx`. A second one throws, and so
   * is lost alone.
   */
  statement<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** One connection without a transaction; with `snapshot` all statements see the same state. */
  read<T>(fn: (reader: Reader) => Promise<T>, options?: ReadOptions): Promise<T>;
  connection<T>(fn: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Calls `onHint` after each NOTIFY on the channel and after every (re)connection, when hints may have been missed.
   * Hints get lost: poll as well. Never throws; returns how to unsubscribe.
   */
  listen(channel: string, onHint: (payload: string) => void): () => void;
  /** Waits for what runs and closes every connection but those of `connection`, which end with their `fn`. */
  close(): Promise<void>;
}

/**
 * Statements of services find their rows by keys. A prepared statement keeps the plan that was best while its table was
 * small, to the first ANALYZE a minute later: on a fresh node that would be a scan of thousands of rows for each look-up.
 * Scans and what is built upon them stay possible where there is no other way, and are not compiled for being dear.
 */
const PLANNING = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

export function openDatabase(options: DatabaseOptions): Database {
  const client: pg.ClientConfig = {
    connectionString: options.url,
    application_name: options.applicationName,
    options: PLANNING,
    statement_timeout: options.statementTimeoutMs,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    pipeline: true,
    types: columnTypes,
  };
  const pool = new pg.Pool({ ...client, max: options.max ?? 10, idleTimeoutMillis: 30_000 });
  // A connection may die while idle or between two statements of a transaction. The pool drops the one, the next
  // statement reports the other; without listeners either would end the process.
  pool.on('error', () => {});
  pool.on('connect', (connected) => connected.on('error', () => {}));
  const listener = createListener(client);
  let closing: Promise<void> | undefined;

  return {
    tx: (fn, txOptions = {}) =>
      withRetries(txOptions.retrySerialization ?? 0, () =>
        withPooled(pool, (pooled) => inTransaction(pooled, beginMode(txOptions), fn)),
      ),
    statement: (fn) => withPooled(pool, (pooled) => oneStatementOn(pooled, fn)),
    read: (fn, readOptions) => withPooled(pool, (pooled) => readOn(pooled, fn, readOptions)),
    connection: (fn) => withConnection(client, fn),
    listen: listener.listen,
    close() {
      closing ??= Promise.all([pool.end(), listener.close()]).then(() => {});
      return closing;
    },
  };
}

async function withPooled<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  try {
    return await withOnePooled(pool, fn);
  } catch (error) {
    // After a restart of PostgreSQL the pool may hold connections it has not yet seen die.
    if (nothingBegan(error)) return withOnePooled(pool, fn);
    throw error;
  }
}

async function withOnePooled<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error) => {
    throw toMeshError(error);
  });
  try {
    return await fn(client);
  } finally {
    client.release(isBroken(client));
  }
}
