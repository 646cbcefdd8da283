import type { Database } from '@lianzheng/db';
import { type Postgres, startPostgres } from '@lianzheng/deploy-postgres';
import type { BenchContext } from './bench.ts';
import { exchangeDatabase, fillCopy } from './fill.ts';
import { logKey } from './keys.ts';
import { type EnrolledNodes, enrolNodes, OWNER, PROVINCE } from './nodes.ts';
import { startOwner } from './owner.ts';
import { type SyntheticLog, syntheticLog } from './synthetic.ts';

/** A province with a database that holds a copy of the owner's log; grows on demand. */
export type Replica = {
  nodes: EnrolledNodes;
  postgres: Postgres;
  /** Of the province's exchange. */
  database: Database;
  log: SyntheticLog;
  /** Entries per second by which it was filled up to `size`. Only while no exchange runs on the database. */
  fill(size: number): Promise<number>;
};

export async function makeReplica(context: BenchContext): Promise<Replica> {
  const postgres = await startPostgres({ dir: `${context.dir}/postgres` });
  // Whoever is still connected is cut off: everything else has been stopped before.
  context.parts.defer(() => postgres.stop('fast'));
  const nodes = await enrolNodes(context.dir, postgres);
  const log = syntheticLog({
    node: OWNER,
    key: await logKey(nodes[OWNER].dir, 'status'),
    clock: () => new Date(),
  });
  await startOwner(context, nodes[OWNER], log);
  const database = await exchangeDatabase(context, nodes[PROVINCE]);
  return {
    nodes,
    postgres,
    database,
    log,
    async fill(size) {
      context.say(`filling a copy with ${size.toLocaleString('en')} entries`);
      const perSecond = await fillCopy(context, database, nodes[OWNER], log, size);
      context.say(`filled at ${Math.round(perSecond).toLocaleString('en')} entries/s`);
      return perSecond;
    },
  };
}
