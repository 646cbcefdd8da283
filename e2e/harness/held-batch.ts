import { type Database, openDatabase, type Reader } from '@lianzheng/db';
import type { MeshNode } from './mesh-node.ts';
import { waitUntil } from './wait.ts';

/** Tables of the exchange between which a batch is caught: it has written the one and not yet the other. */
export type BatchPlace = { after: string; before: string };

/**
 * Makes the exchange of a node stand still in the middle of a batch, which is then certain and not a matter of luck: a lock on
 * the table that it writes next. Runs `meanwhile` there; afterwards the lock is gone.
 */
export async function inMidBatch(
  { node, databaseUrl }: Pick<MeshNode, 'node' | 'databaseUrl'>,
  place: BatchPlace,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const database = openDatabase({ url: databaseUrl, applicationName: 'held batch', max: 2 });
  const caught = () =>
    database.tx(async (tx) => {
      await tx.execute(`LOCK TABLE exchange.${place.before} IN SHARE MODE`);
      if (!(await somebodyHeld(database, place))) return false;
      await meanwhile();
      return true;
    });
  try {
    const deadline = performance.now() + 120_000;
    while (!(await caught())) {
      if (performance.now() > deadline)
        throw new Error(`no batch of ${node} caught after ${place.after} and before ${place.before}`);
    }
  } finally {
    await database.close();
  }
}

/** False when the one that waits is another batch: one that bears no entries, say. */
async function somebodyHeld(database: Database, { after, before }: BatchPlace): Promise<boolean> {
  const { midway } = await waitUntil(
    async () => {
      const found = await database.read((reader) => countWaiting(reader, before, after));
      return found.waits > 0 && found;
    },
    { timeoutMs: 120_000, what: `a batch that waits for ${before}` },
  );
  return midway > 0;
}

async function countWaiting(
  reader: Reader,
  before: string,
  after: string,
): Promise<{ waits: number; midway: number }> {
  const row = await reader.row<{ waits: number; midway: number }>(
    `SELECT count(*)::int AS waits,
            count(*) FILTER (WHERE EXISTS (
              SELECT FROM pg_locks h WHERE h.pid = w.pid AND h.granted AND h.mode = 'RowExclusiveLock'
                 AND h.relation = ('exchange.' || $2)::regclass))::int AS midway
       FROM pg_locks w WHERE NOT w.granted AND w.relation = ('exchange.' || $1)::regclass`,
    [before, after],
  );
  return row!;
}

/** Copies of logs at the node whose cursor is not at the end of their entries; empty = all are whole. */
export async function tornCopies({ databaseUrl }: Pick<MeshNode, 'databaseUrl'>): Promise<string[]> {
  const database = openDatabase({ url: databaseUrl, applicationName: 'torn copies', max: 1 });
  try {
    const rows = await database.read((reader) =>
      reader.rows<{ copy: string }>(
        `SELECT node || '/' || log || ' ' || size || ' with ' || count(sequence) AS copy
           FROM exchange.followed_log f LEFT JOIN exchange.followed_entry USING (log_id)
          WHERE log <> 'access'
          GROUP BY log_id HAVING count(sequence) <> size OR coalesce(max(sequence) + 1, 0) <> size`,
      ),
    );
    return rows.map(({ copy }) => copy);
  } finally {
    await database.close();
  }
}
