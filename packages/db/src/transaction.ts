import type pg from 'pg';
import { isConnectionLoss, isSerializationFailure, toMeshError } from './errors.ts';
import { sendGathered } from './pipeline.ts';
import { openSession, type Reader, type Session, type Tx } from './tx.ts';

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

export interface TxOptions {
  readonly isolation?: Isolation;
  /** How often `fn` may run again after a serialization failure or a deadlock. Default 0. */
  readonly retrySerialization?: number;
}

export interface ReadOptions {
  /** All statements see one snapshot (REPEATABLE READ READ ONLY); otherwise each stands for itself, without a transaction. */
  readonly snapshot?: boolean;
}

/** A connection that is lost or in an unknown state is marked, so that its holder does not give it back to the pool. */
const broken = new WeakSet<pg.ClientBase>();
export const isBroken = (client: pg.ClientBase) => broken.has(client);

/** Errors of a BEGIN on a connection that had died meanwhile: nothing has happened, another connection may be tried. */
const beforeBegin = new WeakSet<object>();
export const nothingBegan = (error: unknown) => error instanceof Error && beforeBegin.has(error);

async function begin(client: pg.ClientBase, mode: string): Promise<void> {
  try {
    await sendGathered(client, `BEGIN ${mode}`);
  } catch (error) {
    broken.add(client);
    const told = toMeshError(error);
    if (told instanceof Error && isConnectionLoss(error)) beforeBegin.add(told);
    throw told;
  }
}

/** Runs `fn` between BEGIN, which travels with its first statements, and COMMIT. If the connection is lost at COMMIT the outcome is unknown: UNAVAILABLE says no more. */
export async function inTransaction<T>(
  client: pg.ClientBase,
  mode: string,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  const begun = begin(client, mode);
  // Whoever waits for the first statement hears of it; its own reason counts below.
  begun.catch(() => {});
  const session = openSession(client);
  try {
    const value = await fn(session.tx);
    await session.end();
    await begun;
    await commit(client);
    return value;
  } catch (error) {
    await session.end();
    await begun;
    await rollback(client, error);
    throw error;
  }
}

async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error) => {
    throw toMeshError(error);
  });
  // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (command !== 'COMMIT')
    throw new Error('nothing was committed: an error inside the transaction was swallowed');
}

async function rollback(client: pg.ClientBase, reason: unknown): Promise<void> {
  if (isConnectionLoss(reason)) {
    broken.add(client);
    return;
  }
  try {
    await client.query('ROLLBACK');
  } catch {
    // The error that made us roll back is the one to report; the connection goes.
    broken.add(client);
  }
}

/** Without BEGIN and COMMIT; a lost connection leaves the outcome unknown. */
export function oneStatementOn<T>(client: pg.ClientBase, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return withSession(client, openSession(client, { statements: 1 }), fn);
}

export async function readOn<T>(
  client: pg.ClientBase,
  fn: (reader: Reader) => Promise<T>,
  options: ReadOptions = {},
): Promise<T> {
  if (options.snapshot) return inTransaction(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY', fn);
  return withSession(client, openSession(client), fn);
}

async function withSession<T>(
  client: pg.ClientBase,
  session: Session,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await fn(session.tx);
  } catch (error) {
    if (isConnectionLoss(error)) broken.add(client);
    throw error;
  } finally {
    await session.end();
  }
}

/** Repeats `attempt` after serialization failures, with a short random pause that grows. */
export async function withRetries<T>(retries: number, attempt: () => Promise<T>): Promise<T> {
  for (let done = 0; ; done += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (done >= retries || !isSerializationFailure(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** Math.min(done, 6)));
    }
  }
}

export function beginMode({ isolation }: TxOptions): string {
  return isolation === undefined ? '' : `ISOLATION LEVEL ${isolation.toUpperCase()}`;
}
