import { accessMigrations } from '@lianzheng/access';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import { environmentFor, readNodeConfig } from '@lianzheng/deploy-node';
import { rawPublicKey, verifierFromRaw } from '@lianzheng/note';
import { createLogger, systemClock } from '@lianzheng/runtime';
import { exchangeMigrations } from '../../services/exchange/src/context.ts';
import { openLogCopy } from '../../services/exchange/src/follow/log-copy.ts';
import type { BenchContext } from './bench.ts';
import { logKey } from './keys.ts';
import { type EnrolledNode, OWNER } from './nodes.ts';
import type { SyntheticLog } from './synthetic.ts';

const ROUND = 4_000;
const SAY_EVERY = 100_000;

/** The database of a node's exchange, migrated as the service itself does. */
export async function exchangeDatabase({ parts }: BenchContext, node: EnrolledNode): Promise<Database> {
  const env = await environmentFor('exchange', readNodeConfig(node.dir));
  const url = env.LZ_DATABASE_URL!;
  await migrate({
    adminUrl: env.LZ_DATABASE_ADMIN_URL!,
    service: 'exchange',
    password: decodeURIComponent(new URL(url).password),
    sets: [exchangeMigrations, accessMigrations],
  });
  const database = openDatabase({ url, applicationName: 'bench', max: 4 });
  parts.defer(() => database.close());
  return database;
}

/** Feeds the log's next entries, up to `size`, to a copy by the path that records from Kafka take. Returns entries per second. */
export async function fillCopy(
  { say }: BenchContext,
  database: Database,
  owner: EnrolledNode,
  log: SyntheticLog,
  size: number,
): Promise<number> {
  const name = `lianzheng/${OWNER}/status/1`;
  const verifier = verifierFromRaw(name, rawPublicKey(await logKey(owner.dir, 'status')));
  const copy = await openLogCopy({
    database,
    log: { node: OWNER, log: 'status', generation: 1 },
    verifiers: () => [verifier],
    foreignIssuers: () => [],
    clock: systemClock(),
    logger: createLogger({ service: 'bench', node: OWNER, level: 'error' }),
  });
  const from = log.size();
  let applyingMs = 0;
  while (log.size() < size) {
    const items = await log.grow(Math.min(ROUND, size - log.size()));
    const startedMs = performance.now();
    await copy.offer(items);
    applyingMs += performance.now() - startedMs;
    if (copy.state().size !== log.size())
      throw new Error(`the copy stands at ${copy.state().size}, the log at ${log.size()}`);
    if (log.size() % SAY_EVERY === 0) say(`filled ${log.size().toLocaleString('en')} entries`);
  }
  return ((size - from) / applyingMs) * 1_000;
}
