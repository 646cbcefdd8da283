import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '@lianzheng/db';
import { insertWaiting } from '@lianzheng/log';
import type { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { ClientOf } from '@lianzheng/rpc';
import { type Mesh, waitUntil } from '../harness/index.ts';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { median, round } from './figures.ts';
import { benchMesh } from './mesh-bench.ts';
import { benchSize } from './size.ts';
import { statusEntry } from './synthetic.ts';

const HOME = '440300';
const OTHER = '440100';
const PROVINCE = '440000';
const RUNS = 3;
const ENTRIES = benchSize(200_000);
const GOAL = 30_000;
const PIECE = 2_000;
const REACHED_WITHIN_MS = 180_000;

/** A city is cut off while another writes; then everything waits in the province's Kafka, and the link is healed. */
export const drain: Bench = {
  name: 'drain',
  about: `entries per second applied in another city after a cut, ${ENTRIES.toLocaleString('en')} of them`,
  goal: `≥ ${GOAL.toLocaleString('en')}/s`,
  unit: 'entries/s',
  async run(context) {
    const mesh = await benchMesh(context);
    const runs: Figures[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      runs.push(await oneRun(context, mesh, run));
      context.say(`run ${run} of ${RUNS}: ${JSON.stringify(runs.at(-1))}`);
    }
    const value = median(runs.map((each) => each.entriesPerSecond!));
    return { value, met: value >= GOAL, runs };
  },
};

async function oneRun(context: BenchContext, mesh: Mesh, run: number): Promise<Figures> {
  const { log } = mesh.clients(OTHER, 'operator');
  const before = await sizeAt(log);
  await mesh.cut(OTHER);
  await writeEntries(context, mesh, (run - 1) * ENTRIES);
  const size = before + ENTRIES;
  const province = mesh.clients(PROVINCE, 'operator').log;
  await waitUntil(async () => (await sizeAt(province)) >= size, {
    timeoutMs: REACHED_WITHIN_MS,
    everyMs: 200,
    what: `${size} entries at the province`,
  });
  context.say('the province has them all; healing');
  const healedMs = performance.now();
  await mesh.heal(OTHER);
  await waitUntil(async () => (await sizeAt(log)) > before, {
    timeoutMs: REACHED_WITHIN_MS,
    everyMs: 5,
    what: 'a first entry',
  });
  const firstMs = performance.now();
  const first = await sizeAt(log);
  await waitUntil(async () => (await sizeAt(log)) >= size, {
    timeoutMs: REACHED_WITHIN_MS,
    everyMs: 50,
    what: `${size} entries at ${OTHER}`,
  });
  const flowingS = (performance.now() - firstMs) / 1_000;
  return {
    entriesPerSecond: Math.round((size - first) / flowingS),
    flowingS: round(flowingS, 2),
    untilFirstS: round((firstMs - healedMs) / 1_000, 2),
  };
}

async function sizeAt(log: ClientOf<typeof LogServiceService>): Promise<number> {
  return Number((await log.getHead({ log: { node: HOME, log: 'status', generation: 0 } })).size);
}

/** Into the log of the home node, past issuance; from there on all is real. Resolves when they are written, not yet carried. */
async function writeEntries({ say }: BenchContext, mesh: Mesh, from: number): Promise<void> {
  say(`writing ${ENTRIES.toLocaleString('en')} entries in ${HOME}`);
  const url = new URL(mesh.node(HOME).databaseUrl);
  url.searchParams.set('options', '-c search_path=issuance');
  const database = openDatabase({ url: url.href, applicationName: 'bench', max: 1 });
  try {
    for (let written = 0; written < ENTRIES; written += PIECE) {
      const now = new Date();
      const entries = Array.from({ length: PIECE }, (_, i) => statusEntry(from + written + i, now));
      await database.tx((tx) => insertWaiting(tx, entries));
      // The relay's work is none of this bench's; it must only not fall behind by all of them.
      await delay(1);
    }
  } finally {
    await database.close();
  }
}
