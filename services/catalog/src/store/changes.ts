import type { Reader, Tx } from '@lianzheng/db';
import { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';

export type Change = { readonly cursor: number; readonly object: CatalogObject };

const MAX_ROWS = 500;
/** Of one batch, so that it fits into one message. */
const MAX_BYTES = 2 << 20;

/** Makes this transaction the only one that changes objects, until it ends. */
export async function lockChanges(tx: Tx): Promise<void> {
  await tx.row('SELECT cursor FROM last_change FOR UPDATE');
}

export async function lastCursor(reader: Reader): Promise<number> {
  return (await reader.row<{ cursor: number }>('SELECT cursor FROM last_change'))!.cursor;
}

/**
 * Cursors go on at the time in milliseconds: a database that was set back gives out none that it gave out before, so
 * that who watched the lost changes sees those that take their place.
 */
export async function raiseCursor(tx: Tx, nowMs: number): Promise<void> {
  await tx.execute('UPDATE last_change SET cursor = greatest(cursor, $1)', [nowMs]);
}

/** The next objects after a cursor, in order; empty when there are none. */
export async function listChanges(reader: Reader, after: number): Promise<Change[]> {
  const rows = await reader.rows<{ cursor: number; body: Buffer }>(
    `SELECT cursor, body FROM (
       SELECT cursor, body, sum(octet_length(body)) OVER (ORDER BY cursor) AS bytes
         FROM (SELECT cursor, body FROM object WHERE cursor > $1 ORDER BY cursor LIMIT $2) AS next
     ) AS measured WHERE bytes <= $3 ORDER BY cursor`,
    [after, MAX_ROWS, MAX_BYTES],
    { name: 'list_changes' },
  );
  return rows.map(({ cursor, body }) => ({ cursor, object: CatalogObject.decode(body) }));
}
