import type { Database } from '@lianzheng/db';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { startExchange } from './exchange-process.ts';
import { median, round } from './figures.ts';
import { PROVINCE } from './nodes.ts';
import { makeReplica, type Replica } from './replica.ts';
import { loadVerify, untilFresh } from './verify-runs.ts';

const RUNS = 3;
const SMALL = 100_000;
const LARGE = 1_000_000;
const HUGE = 10_000_000;
const GOAL_RATIO = 1.2;
const GOAL_BYTES = 750;

/** How a larger replica answers, and what a licence in it weighs with everything that stands for it. */
export const scale: Bench = {
  name: 'scale',
  about: 'verify p99 and bytes per replicated licence at 100 k and 1 M (10 M with --full)',
  goal: `p99 flat within ${GOAL_RATIO}×, ≤ ${GOAL_BYTES} bytes`,
  unit: '× p99',
  async run(context) {
    const replica = await makeReplica(context);
    const sizes = context.full ? [SMALL, LARGE, HUGE] : [SMALL, LARGE];
    const runs: Figures[] = [];
    for (const size of sizes) runs.push(...(await runsAt(context, replica, size)));
    const at = (size: number) => runs.filter((run) => run.size === size);
    const p99 = (size: number) => median(at(size).map((run) => run.p99Ms!));
    const largest = sizes.at(-1)!;
    const value = round(p99(largest) / p99(SMALL), 2);
    const bytes = Math.max(...sizes.map((size) => at(size)[0]!.bytesPerLicence!));
    return { value, met: value <= GOAL_RATIO && bytes <= GOAL_BYTES, runs };
  },
};

async function runsAt(context: BenchContext, replica: Replica, size: number): Promise<Figures[]> {
  const perSecond = await replica.fill(size);
  const bytesPerLicence = Math.round((await bytesOf(context, replica.database)) / size);
  const exchange = await startExchange(context, replica.nodes[PROVINCE]);
  const { tls } = await untilFresh(replica, exchange);
  const runs: Figures[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    const { p50Ms, p99Ms, perSecond: verified } = await loadVerify(replica, exchange, tls);
    const figures = {
      size,
      bytesPerLicence,
      appliedPerSecond: Math.round(perSecond),
      verifications: Math.round(verified),
      p50Ms: round(p50Ms, 2),
      p99Ms: round(p99Ms, 2),
    };
    context.say(`${size.toLocaleString('en')} entries, run ${run} of ${RUNS}: ${JSON.stringify(figures)}`);
    runs.push(figures);
  }
  await exchange.stop();
  return runs;
}

/** Everything of the schema but access entries on their way to audit; each table is told with its indices. */
async function bytesOf({ say }: BenchContext, database: Database): Promise<number> {
  const tables = await database.read((reader) =>
    reader.rows<{ name: string; heap: number; indices: number; total: number }>(
      `SELECT c.relname AS name, pg_table_size(c.oid) AS heap, pg_indexes_size(c.oid) AS indices,
              pg_total_relation_size(c.oid) AS total
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'exchange' AND c.relkind = 'r' AND c.relname !~ '^(access_|schema_)' ORDER BY total DESC`,
    ),
  );
  for (const { name, heap, indices, total } of tables.slice(0, 5))
    say(
      `  ${name}: ${total.toLocaleString('en')} bytes (heap ${heap.toLocaleString('en')}, indices ${indices.toLocaleString('en')})`,
    );
  return tables.reduce((sum, { total }) => sum + total, 0);
}
