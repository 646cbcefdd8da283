import { mkdtemp, rm } from 'node:fs/promises';
import { startPostgres } from '@lianzheng/deploy-postgres';
import { rawPublicKey, verifierFromRaw } from '@lianzheng/note';
import { createLogger, systemClock } from '@lianzheng/runtime';
import { openLogCopy } from '../../services/exchange/src/follow/log-copy.ts';
import { cpuSecondsOf } from './cpu.ts';
import { exchangeDatabase } from './fill.ts';
import { logKey } from './keys.ts';
import { enrolNodes, OWNER, PROVINCE } from './nodes.ts';
import { syntheticLog } from './synthetic.ts';

const N = Number(process.argv[2] ?? 100_000);
const ROUND = Number(process.argv[3] ?? 4000);
const BASE = Number(process.argv[4] ?? 0);
await using parts = new AsyncDisposableStack();
const dir = await mkdtemp('/tmp/lz-zz-');
parts.defer(() => rm(dir, { recursive: true, force: true }));
const postgres = await startPostgres({ dir: `${dir}/pg` });
parts.defer(() => postgres.stop('fast'));
const nodes = await enrolNodes(dir, postgres);
const context = { full: false, dir, parts, say: console.error };
const database = await exchangeDatabase(context, nodes[PROVINCE]);
const key = await logKey(nodes[OWNER].dir, 'status');
const log = syntheticLog({ node: OWNER, key, clock: () => new Date() });
const verifier = verifierFromRaw(`lianzheng/${OWNER}/status/1`, rawPublicKey(key));
const copy = await openLogCopy({
  database,
  log: { node: OWNER, log: 'status', generation: 1 },
  verifiers: () => [verifier],
  foreignIssuers: () => [],
  clock: systemClock(),
  logger: createLogger({ service: 'bench', node: OWNER, level: 'error' }),
});
while (log.size() < BASE) await copy.offer(await log.grow(Math.min(20_000, BASE - log.size())));
const rounds: any[] = [];
for (let n = 0; n < N; n += ROUND) rounds.push(await log.grow(ROUND));
(globalThis as any).gc?.();
if (process.env.PROF) {
  const { Session } = await import('node:inspector/promises');
  const s = new Session();
  s.connect();
  await s.post('Profiler.enable');
  await s.post('Profiler.start');
  (globalThis as any).S = s;
}
const c0 = process.cpuUsage(),
  p0 = cpuSecondsOf(postgres.pid()),
  t0 = performance.now();
for (const items of rounds) await copy.offer(items);
const ms = performance.now() - t0,
  c = process.cpuUsage(c0),
  p = cpuSecondsOf(postgres.pid()) - p0;
if (process.env.PROF) {
  const { profile } = await (globalThis as any).S.post('Profiler.stop');
  (await import('node:fs')).writeFileSync(process.env.PROF, JSON.stringify(profile));
}
const size = await database.read((r) =>
  r.row<any>(
    `SELECT sum(pg_total_relation_size(c.oid)) AS b FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname='exchange' AND relkind='r' AND relname !~ '^(access|schema)_'`,
  ),
);
console.log(
  `wall ${((ms * 1000) / N).toFixed(1)} us/entry  js ${((c.user + c.system) / N).toFixed(1)}  pg ${((p * 1e6) / N).toFixed(1)} us/entry  bytes ${(Number(size.b) / (N + BASE)).toFixed(0)}  load ${(await import('node:os')).loadavg()[0]!.toFixed(1)}`,
);
