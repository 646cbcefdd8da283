import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '@lianzheng/db';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type AccessInput, encodeAccess } from './access.ts';

const saltBytes = 16;

/**
 * Writes access entries in the transaction that serves the call; when it commits they are durable.
 * Throws RangeError for an entry that `encodeAccess` refuses, before anything is written.
 */
export async function recordAccess(tx: Tx, accesses: readonly AccessInput[]): Promise<void> {
  await insertBodies(tx, accesses.map(encodeAccess));
}

/**
 * For rounds of reads: all entries share one commit. One outcome per entry: undefined when it is durable, else its error.
 * Each is checked before it joins the others, and a batch that fails is tried again row by row, so that nobody is harmed
 * by another's entry. When the database is away all fail at once.
 */
export async function recordAccesses(
  database: Database,
  accesses: readonly AccessInput[],
): Promise<(Error | undefined)[]> {
  const bodies = accesses.map(encodedOrError);
  const good = bodies.filter((body): body is Uint8Array => !(body instanceof Error));
  const failure = await insertAlone(database, good);
  if (failure === undefined || good.length < 2 || isMeshError(failure, 'UNAVAILABLE'))
    return bodies.map((body) => (body instanceof Error ? body : failure));
  const outcomes: (Error | undefined)[] = [];
  for (const body of bodies)
    outcomes.push(body instanceof Error ? body : await insertAlone(database, [body]));
  return outcomes;
}

function encodedOrError(access: AccessInput): Uint8Array | Error {
  try {
    return encodeAccess(access);
  } catch (error) {
    return asError(error);
  }
}

/** Commits by itself; the error instead of a throw. */
async function insertAlone(database: Database, bodies: readonly Uint8Array[]): Promise<Error | undefined> {
  try {
    if (bodies.length > 0) await database.statement((tx) => insertBodies(tx, bodies));
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

async function insertBodies(tx: Tx, bodies: readonly Uint8Array[]): Promise<void> {
  if (bodies.length === 0) return;
  const random = randomBytes(saltBytes * bodies.length);
  const salts = bodies.map((_, i) => random.subarray(i * saltBytes, (i + 1) * saltBytes));
  await tx.execute(
    'INSERT INTO access_waiting (salt, body) SELECT * FROM unnest($1::bytea[], $2::bytea[])',
    [salts, bodies],
    { name: 'access_insert_waiting' },
  );
}

const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));
