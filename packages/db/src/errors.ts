import { MeshError, resourceExhausted, unavailable } from '@lianzheng/rpc/errors';
import pg from 'pg';

/** SQLSTATE of a PostgreSQL error, also when it stands behind a MeshError. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  return error instanceof MeshError && error.cause !== undefined ? sqlState(error.cause) : undefined;
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof pg.DatabaseError) || error.code !== '23505') return false;
  return constraint === undefined || error.constraint === constraint;
}

/** 40001 serialization failure, 40P01 deadlock: the same transaction may succeed when it runs again. */
export function isSerializationFailure(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
// `pg` reports these states of its client and pool as plain errors without a code.
const clientMessages = [
  /^Connection terminated/,
  /^timeout exceeded when trying to connect/,
  /is not queryable$/,
  /^The server does not support SSL/,
];
// Connection exceptions, resources exhausted (disk full, too many connections), operator intervention, I/O error,
// a server that became a replica, an idle transaction that the server ended.
const unavailableStates = /^(08...|53...|57P0.|58030|25006|25P03)$/;

/** The connection is gone or was never there; nothing on it can be used any more. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof MeshError) return error.cause !== undefined && isConnectionLoss(error.cause);
  if (error instanceof pg.DatabaseError) return /^(08...|57P0.|25P03)$/.test(error.code ?? '');
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  return (
    (code !== undefined && socketErrors.has(code)) || clientMessages.some((text) => text.test(error.message))
  );
}

/**
 * What a caller of a service may be told: RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE without a database,
 * DEADLINE_EXCEEDED for a cancelled statement.
 * Everything else (constraints, broken SQL) stays what it is; the handler knows what it means.
 */
export function toMeshError(error: unknown): unknown {
  if (error instanceof MeshError) return error;
  if (sqlState(error) === '53100') {
    return resourceExhausted('DISK_FULL', '数据库磁盘已满 / the disk of the database is full', {
      cause: error,
    });
  }
  if (isConnectionLoss(error) || unavailableStates.test(sqlState(error) ?? '')) {
    return unavailable('DATABASE_UNAVAILABLE', '数据库暂不可用 / database not available', { cause: error });
  }
  if (sqlState(error) === '57014') {
    const options = { reason: 'STATEMENT_TIMEOUT', cause: error };
    return new MeshError('DEADLINE_EXCEEDED', '数据库语句超时 / database statement timed out', options);
  }
  return error;
}
