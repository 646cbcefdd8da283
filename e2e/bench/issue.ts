import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Bench, Figures } from './bench.ts';
import { median, round } from './figures.ts';
import { benchMesh, issuable } from './mesh-bench.ts';
import type { LoadReport } from './programs/closed-loop.ts';
import type { IssueLoad } from './programs/issue-load.ts';
import type { TwoInserts } from './programs/two-inserts.ts';
import { runProgram } from './programs.ts';

const NODE = '440000';
const RUNS = 3;
const GOAL_PER_SECOND = 1_500;
const GOAL_RATIO = 0.15;
const shape = { inFlight: 32, warmUpMs: 3_000, measureMs: 10_000 };

/** A node alone with its Kafka, one process per service: the counter's load from one client process. */
export const issue: Bench = {
  name: 'issue',
  about: 'durable IssueLicence with JWS by mTLS gRPC, 32 in flight, against bare transactions of two inserts',
  goal: `≥ ${GOAL_PER_SECOND.toLocaleString('en')}/s and ≥ ${GOAL_RATIO}`,
  unit: 'licences/s',
  async run(context) {
    const mesh = await benchMesh(context, { nodes: [NODE], mode: 'mesh' });
    const { type, issuer } = await issuable(mesh, NODE);
    const { config, callers } = mesh.node(NODE);
    const { tls } = callers.find(({ role }) => role === 'issuing')!;
    const load: IssueLoad = {
      ...shape,
      channels: 2,
      address: `127.0.0.1:${config.ports.issuance}`,
      expect: `lianzheng://${NODE}/service/issuance`,
      tls,
      type: LicenceType.toJSON(type),
      issuer,
    };
    await mesh.postgres.createDatabase('two_inserts');
    const bare: TwoInserts = { ...shape, url: mesh.postgres.url('two_inserts'), connections: 16 };

    const runs: Figures[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      const limit = await runProgram<LoadReport>('two-inserts', bare);
      const ours = await runProgram<LoadReport>('issue-load', load);
      runs.push({
        issued: Math.round(ours.perSecond),
        ratio: round(ours.perSecond / limit.perSecond, 3),
        transactions: Math.round(limit.perSecond),
        p50Ms: round(ours.p50Ms, 1),
        p99Ms: round(ours.p99Ms, 1),
      });
      context.say(`run ${run} of ${RUNS}: ${JSON.stringify(runs.at(-1))}`);
    }
    const value = median(runs.map((run) => run.issued!));
    const ratio = median(runs.map((run) => run.ratio!));
    const limit = median(runs.map((run) => run.transactions!));
    return { value, met: value >= GOAL_PER_SECOND && ratio >= GOAL_RATIO, limit, runs };
  },
};
