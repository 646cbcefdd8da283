import type { MeshNode } from './mesh-node.ts';
import { connectSuperuser, querySuperuser } from './superuser.ts';
import { waitUntil } from './wait.ts';

/** A moment at which a service stands still in the database, until released. */
export type HeldMoment = {
  /** Resolves when somebody waits. */
  reached(timeoutMs?: number): Promise<void>;
  release(): Promise<void>;
};

/** Whoever inserts into the table waits, in the middle of its transaction; reading goes on. `table` with its schema. */
export async function holdInserts(node: MeshNode, table: string): Promise<HeldMoment> {
  const holder = await connectSuperuser(node.databaseUrl);
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${table} IN SHARE MODE`);
  return {
    reached: (timeoutMs) =>
      untilWaiting(node, `locktype = 'relation' AND relation = '${table}'::regclass`, timeoutMs),
    release: () => holder.end(),
  };
}

/** Any number that nobody else uses as an advisory lock. */
const COMMIT_LOCK = 4_711;

/**
 * Whoever writes such a row waits in its COMMIT: everything is done and sent, and nobody has heard of it. Released it
 * succeeds, aborted it is rolled back. `when` is a condition on NEW. `remove` waits for open transactions on the table.
 */
export async function holdCommits(
  { node, databaseUrl }: MeshNode,
  table: string,
  when: string,
): Promise<HeldMoment & { abort(): Promise<void>; remove(): Promise<void> }> {
  const holder = await connectSuperuser(databaseUrl);
  await holder.query('SELECT pg_advisory_lock($1)', [COMMIT_LOCK]);
  await holder.query(`
    CREATE OR REPLACE FUNCTION public.hold_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${COMMIT_LOCK});
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT OR UPDATE ON ${table}
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION public.hold_commit()`);
  const waiting = `locktype = 'advisory' AND objid = ${COMMIT_LOCK}`;
  return {
    reached: (timeoutMs) => untilWaiting({ node, databaseUrl }, waiting, timeoutMs),
    release: () => holder.end(),
    async abort() {
      await holder.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND ${waiting}`);
      await holder.end();
    },
    remove: async () => void (await querySuperuser(databaseUrl, `DROP TRIGGER hold_commit ON ${table}`)),
  };
}

type At = Pick<MeshNode, 'node' | 'databaseUrl'>;

async function untilWaiting(node: At, lock: string, timeoutMs = 30_000): Promise<void> {
  const sql = `SELECT FROM pg_locks WHERE NOT granted AND ${lock}
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await waitUntil(async () => (await querySuperuser(node.databaseUrl, sql)).length > 0, {
    timeoutMs,
    what: `somebody waits for ${lock} at ${node.node}`,
  });
}
