import type { Bench, Figures } from './bench.ts';
import { cpuSecondsOf } from './cpu.ts';
import { startExchange } from './exchange-process.ts';
import { median, round } from './figures.ts';
import { bearerOf, PROVINCE } from './nodes.ts';
import type { LoadReport } from './programs/closed-loop.ts';
import type { EchoLoad } from './programs/echo-load.ts';
import type { EchoServer } from './programs/echo-server.ts';
import { runProgram, startProgram } from './programs.ts';
import { makeReplica } from './replica.ts';
import { benchSize } from './size.ts';
import { loadVerify, shape, untilFresh } from './verify-runs.ts';

const RUNS = 5;
const SIZE = benchSize(1_000_000);
const GOAL = 0.7;

/** A verification with everything that belongs to it, against a bare echo of the same bytes, each with two processes. */
export const verify: Bench = {
  name: 'verify',
  about:
    'VerifyLicence (mTLS, roles, replica of 1 M, durable access entry) against a bare mTLS echo, 32 in flight',
  goal: `≥ ${GOAL}`,
  unit: 'of the echo',
  async run(context) {
    const replica = await makeReplica(context);
    await replica.fill(SIZE);
    const province = replica.nodes[PROVINCE];
    const exchange = await startExchange(context, province);
    const { tls, requestBytes, responseBytes } = await untilFresh(replica, exchange);
    const echoTls = await bearerOf(province, 'exchange');
    const echo: EchoServer = { tls: echoTls, responseBytes };
    const server = await startProgram<number>('echo-server', echo);
    context.parts.defer(() => server.stop());
    const load: EchoLoad = { ...shape, address: `127.0.0.1:${server.first}`, tls: echoTls, requestBytes };

    const runs: Figures[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      const bare = await measured({ server: server.pid }, () => runProgram<LoadReport>('echo-load', load));
      const pids = { exchange: exchange.process.pid, postgres: replica.postgres.pid() };
      const ours = await measured(pids, () => loadVerify(replica, exchange, tls));
      runs.push({
        ratio: round(ours.perSecond / bare.perSecond, 3),
        verifications: Math.round(ours.perSecond),
        echoes: Math.round(bare.perSecond),
        p50Ms: round(ours.p50Ms, 2),
        p99Ms: round(ours.p99Ms, 2),
        echoP50Ms: round(bare.p50Ms, 2),
        // Where the time goes: CPU a call, which other work on the machine disturbs least.
        exchangeUs: ours.cpuUs.exchange,
        postgresUs: ours.cpuUs.postgres,
        clientUs: ours.clientUs,
        echoServerUs: bare.cpuUs.server,
        echoClientUs: bare.clientUs,
      });
      context.say(`run ${run} of ${RUNS}: ${JSON.stringify(runs.at(-1))}`);
    }
    const value = median(runs.map((run) => run.ratio!));
    return { value, met: value >= GOAL, limit: median(runs.map((run) => run.echoes!)), runs };
  },
};

/** A load with the CPU microseconds that each of its calls took of other processes and of its client. */
async function measured<P extends string>(pids: Record<P, number>, load: () => Promise<LoadReport>) {
  const names = Object.keys(pids) as P[];
  const before = names.map((name) => cpuSecondsOf(pids[name]));
  const clientBefore = cpuSecondsOf(process.pid);
  const report = await load();
  const perCall = (seconds: number) => round((seconds * 1e6) / report.allCalls, 1);
  const cpuUs = Object.fromEntries(
    names.map((name, i) => [name, perCall(cpuSecondsOf(pids[name]) - before[i]!)]),
  ) as Record<P, number>;
  // Our descendants are the servers and the client, which has ended and counts as reaped.
  const all = perCall(cpuSecondsOf(process.pid) - clientBefore);
  const clientUs = round(all - names.reduce((sum, name) => sum + cpuUs[name], 0), 1);
  return { ...report, cpuUs, clientUs };
}
