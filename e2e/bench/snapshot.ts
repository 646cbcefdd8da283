import { ExchangeServiceService, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { type GetHeadResponse, LogServiceService } from '@lianzheng/proto/log/v1/log';
import { type Channel, connect, createClient } from '@lianzheng/rpc';
import { pause } from '@lianzheng/runtime';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { type ExchangeProcess, startExchange } from './exchange-process.ts';
import { median, round } from './figures.ts';
import { bearerOf, FOLLOWER, OWNER, PROVINCE } from './nodes.ts';
import { makeReplica, type Replica } from './replica.ts';
import { benchSize } from './size.ts';
import { identifierOf } from './synthetic.ts';
import { untilFresh } from './verify-runs.ts';

const RUNS = 3;
const SIZE = benchSize(1_000_000);
const GOAL_S = 40;
const GIVE_UP_MS = 180_000;
const SAMPLES = 500;

/** An empty city beside a province that holds the log: from the start of its process to the root, by whatever way it takes. */
export const snapshot: Bench = {
  name: 'snapshot',
  about: 'an empty node to a verified root and rebuilt state at 1,000,000 entries',
  goal: `< ${GOAL_S} s`,
  unit: 's',
  async run(context) {
    const replica = await makeReplica(context);
    await replica.fill(SIZE);
    const province = await startExchange(context, replica.nodes[PROVINCE]);
    await untilFresh(replica, province);
    const runs: Figures[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      const seconds = round(await oneRun(context, replica, province), 1);
      runs.push({ seconds, entriesPerSecond: Math.round(SIZE / seconds) });
      context.say(`run ${run} of ${RUNS}: ${seconds} s`);
    }
    const value = median(runs.map((run) => run.seconds!));
    return { value, met: value < GOAL_S, runs };
  },
};

async function oneRun(context: BenchContext, replica: Replica, province: ExchangeProcess): Promise<number> {
  const { nodes, postgres } = replica;
  const goal = await headOf(province.operator);
  await postgres.dropDatabase(`node_${FOLLOWER}`);
  await postgres.createDatabase(`node_${FOLLOWER}`);
  const startedMs = performance.now();
  const follower = await startExchange(context, nodes[FOLLOWER]);
  let told = 0;
  for (;;) {
    const head = await headOf(follower.operator);
    const elapsedMs = performance.now() - startedMs;
    if (Number(head.size) === SIZE) {
      if (!head.root.equals(goal.root)) throw new Error('the follower has another root');
      await checkState(follower, replica);
      await follower.stop();
      return elapsedMs / 1_000;
    }
    if (elapsedMs > GIVE_UP_MS) throw new Error(`only ${head.size} entries after ${GIVE_UP_MS} ms`);
    if (Number(head.size) >= told + 200_000) {
      told = Number(head.size);
      context.say(`  ${told.toLocaleString('en')} entries after ${round(elapsedMs / 1_000, 1)} s`);
    }
    await pause(100, new AbortController().signal);
  }
}

function headOf(operator: Channel): Promise<GetHeadResponse> {
  return createClient(LogServiceService, operator).getHead({
    log: { node: OWNER, log: 'status', generation: 0 },
  });
}

/** Licences from all over the log are found in the state that was rebuilt. */
async function checkState({ address }: ExchangeProcess, { nodes }: Replica): Promise<void> {
  const tls = await bearerOf(nodes[FOLLOWER], 'gateway');
  const channel = connect({ address, tls, expect: `lianzheng://${FOLLOWER}/service/exchange` });
  const exchange = createClient(ExchangeServiceService, channel);
  try {
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const n = sample === 0 ? SIZE - 1 : Math.floor(Math.random() * SIZE);
      const answer = await exchange.getPublicStatus({ identifier: identifierOf(n) });
      if (answer.outcome !== Outcome.FOUND)
        throw new Error(`entry ${n} is not in the state: ${answer.outcome}`);
    }
  } finally {
    channel.close();
  }
}
