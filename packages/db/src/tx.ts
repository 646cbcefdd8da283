import type pg from 'pg';
import { copyFrom } from './copy.ts';
import { toMeshError } from './errors.ts';
import { sendGathered } from './pipeline.ts';

declare const transaction: unique symbol;

export interface QueryOptions {
  /** Name of a prepared statement, unique per SQL text within the service; for hot queries. */
  readonly name?: string;
}

/** Reads. A find function that takes a Reader serves inside a transaction and outside of one. */
export interface Reader {
  /**
   * Parameters: bigint and number for int8, Date for timestamptz, 'YYYY-MM-DD' for date, Uint8Array for bytea, arrays
   * with a cast ($1::bytea[]). JSON must be given as JSON.stringify(value): an array would become a PostgreSQL array.
   */
  rows<R extends object>(sql: string, params?: readonly unknown[], options?: QueryOptions): Promise<R[]>;
  /** The first row, or undefined. */
  row<R extends object>(
    sql: string,
    params?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<R | undefined>;
}

/** An open read-write transaction. Of a type of its own, so that forgetting the transaction does not compile. */
export interface Tx extends Reader {
  readonly [transaction]: true;
  /** Returns the number of affected rows. */
  execute(sql: string, params?: readonly unknown[], options?: QueryOptions): Promise<number>;
  /**
   * `COPY table (columns) FROM STDIN (FORMAT binary)` with pieces from `copyRows`, made one while the server takes in the
   * other. For many rows with bytea it costs both sides a fraction of an INSERT. Returns the number of rows.
   */
  copy(sql: string, pieces: Iterable<Uint8Array>): Promise<number>;
}

export interface Session {
  readonly tx: Tx;
  /** Waits for queries nobody awaited; afterwards every use throws. */
  end(): Promise<void>;
}

/**
 * Queries of one session run one after another in the order of their calls. Those called before an answer is awaited
 * travel together (pipelining: PostgreSQL documentation, libpq “Pipeline Mode”), which costs both sides a third of a round
 * trip each. One query more than `statements` throws.
 */
export function openSession(
  client: pg.ClientBase,
  { statements = Number.POSITIVE_INFINITY }: { statements?: number } = {},
): Session {
  let begun = 0;
  let ended = false;
  /** Settled without a result, however their statements end. */
  const running = new Set<Promise<unknown>>();
  /** Nothing may come between the rows of a COPY. */
  let copying: Promise<unknown> | undefined;

  async function send(sql: string, params: readonly unknown[] | undefined, name: string | undefined) {
    try {
      return await sendGathered(client, { text: sql, values: params as unknown[] | undefined, name });
    } catch (error) {
      throw toMeshError(error);
    }
  }

  function query(sql: string, params?: readonly unknown[], options?: QueryOptions): Promise<pg.QueryResult> {
    return counted(() => {
      const start = () => send(sql, params, options?.name);
      return copying ? copying.then(start) : start();
    });
  }

  function copy(sql: string, pieces: Iterable<Uint8Array>): Promise<number> {
    return counted(() => {
      const start = () => copyFrom(client, sql, pieces);
      const rows = copying ? copying.then(start) : start();
      copying = rows.catch(() => {});
      return rows.catch((error) => {
        throw toMeshError(error);
      });
    });
  }

  function counted<T>(start: () => Promise<T>): Promise<T> {
    if (ended) return Promise.reject(new Error('transaction used after its end'));
    begun += 1;
    if (begun > statements) return Promise.reject(new Error(`more than ${statements} statement`));
    const result = start();
    const forget = () => running.delete(settled);
    const settled: Promise<unknown> = result.then(forget, forget);
    running.add(settled);
    return result;
  }

  const tx = {
    rows: async (sql, params, options) => (await query(sql, params, options)).rows,
    row: async (sql, params, options) => (await query(sql, params, options)).rows[0],
    execute: async (sql, params, options) => (await query(sql, params, options)).rowCount ?? 0,
    copy,
  } as Tx;
  return {
    tx,
    async end() {
      while (running.size > 0) await Promise.all(running);
      ended = true;
    },
  };
}
