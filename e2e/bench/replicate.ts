import { setTimeout as delay } from 'node:timers/promises';
import { LicenceState } from '@lianzheng/proto/log/v1/leaf';
import { header, openDesk } from '../harness/desk.ts';
import type { Mesh } from '../harness/index.ts';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { median, quantile, round } from './figures.ts';
import { benchMesh } from './mesh-bench.ts';

const HOME = '440100';
const OTHER = '440300';
const RATES = [100, 500];
const RUNS = 3;
const RUN_MS = 15_000;
/** Licences that are suspended and resumed in turn; each rests long enough between two changes. */
const LICENCES = 2_000;
const GOAL_MS = 150;
const SEEN_WITHIN_MS = 60_000;
/** Counts into what is measured. Asking without a pause would take half a core from the nodes. */
const ASK_EVERY_MS = 10;

/** Changes at a steady rate in one city, and when the other city's own copy answers with them. */
export const replicate: Bench = {
  name: 'replicate',
  about: 'from commit in one city to answered in the other, at 100 and 500 changes/s',
  goal: `p99 ≤ ${GOAL_MS} ms`,
  unit: 'ms p99',
  async run(context) {
    const mesh = await benchMesh(context);
    const identifiers = await issueAll(context, mesh);
    const changes = createChanges(mesh, identifiers);
    const runs: Figures[] = [];
    for (const rate of RATES) {
      for (let run = 1; run <= RUNS; run += 1) {
        runs.push(await oneRun(mesh, changes, rate));
        context.say(`${rate}/s, run ${run} of ${RUNS}: ${JSON.stringify(runs.at(-1))}`);
      }
    }
    const p99 = RATES.map((rate) => median(runs.filter((run) => run.rate === rate).map((run) => run.p99Ms!)));
    const value = round(Math.max(...p99), 1);
    return { value, met: value <= GOAL_MS, runs };
  },
};

async function issueAll({ say }: BenchContext, mesh: Mesh): Promise<string[]> {
  say(`issuing ${LICENCES.toLocaleString('en')} licences`);
  const desk = await openDesk(mesh, HOME);
  const identifiers: string[] = [];
  while (identifiers.length < LICENCES) {
    identifiers.push(...(await Promise.all(Array.from({ length: 100 }, () => desk.issue()))));
  }
  return identifiers;
}

/** A change that was made: from its recorded time, which the home node's clock (this machine's) set before the commit. */
type Change = { identifier: string; revision: number; recordedAtMs: number };
type Changes = { next(): Promise<Change> };

function createChanges(mesh: Mesh, identifiers: readonly string[]): Changes {
  const { issuance } = mesh.clients(HOME, 'issuing');
  const suspended = new Set<string>();
  let turn = 0;
  return {
    async next() {
      const identifier = identifiers[turn++ % identifiers.length]!;
      const { licence } = suspended.delete(identifier)
        ? await issuance.resumeLicence({ header: header(), identifier, reasonCode: 'GROUNDLESS' })
        : await issuance.suspendLicence({ header: header(), identifier, reasonCode: 'INVESTIGATION' });
      if (licence!.state === LicenceState.SUSPENDED) suspended.add(identifier);
      return { identifier, revision: licence!.revision, recordedAtMs: licence!.recordedAt!.getTime() };
    },
  };
}

async function oneRun(mesh: Mesh, changes: Changes, rate: number): Promise<Figures> {
  const outstanding = new Map<string, Change>();
  const latencies: number[] = [];
  const making: Promise<void>[] = [];
  let made = 0;
  let ended = false;
  const watching = watch(mesh, outstanding, latencies, () => ended && outstanding.size === 0);
  const startedMs = performance.now();
  for (let due = 0; due < (rate * RUN_MS) / 1_000; due += 1) {
    const waitMs = startedMs + (due * 1_000) / rate - performance.now();
    if (waitMs > 1) await delay(waitMs);
    making.push(
      changes.next().then((change) => {
        made += 1;
        outstanding.set(change.identifier, change);
      }),
    );
  }
  await Promise.all(making);
  const madePerSecond = made / ((performance.now() - startedMs) / 1_000);
  ended = true;
  await watching;
  const sorted = latencies.sort((a, b) => a - b);
  return {
    rate,
    madePerSecond: round(madePerSecond, 0),
    p50Ms: round(quantile(sorted, 0.5), 1),
    p99Ms: round(quantile(sorted, 0.99), 1),
    maxMs: round(sorted.at(-1)!, 1),
  };
}

/** Asks the other city, from its copy alone, for all that is outstanding, again and again. */
async function watch(
  mesh: Mesh,
  outstanding: Map<string, Change>,
  latencies: number[],
  isOver: () => boolean,
): Promise<void> {
  const { exchange } = mesh.clients(OTHER, 'using');
  let lastSeenMs = performance.now();
  while (!isOver()) {
    if (performance.now() - lastSeenMs > SEEN_WITHIN_MS)
      throw new Error(`${outstanding.size} changes never came`);
    const asked = [...outstanding.values()].slice(0, 500);
    if (asked.length === 0) lastSeenMs = performance.now();
    if (asked.length === 0) await delay(2);
    else {
      const { results } = await exchange.batchVerifyLicences({ questions: asked.map(questionOf) });
      const nowMs = Date.now();
      for (const [i, { result }] of results.entries()) {
        const change = asked[i]!;
        if (result?.$case !== 'answer') throw new Error(`no answer about ${change.identifier}`);
        if (result.value.freshness?.fromHome || result.value.revision < change.revision) continue;
        outstanding.delete(change.identifier);
        latencies.push(nowMs - change.recordedAtMs);
        lastSeenMs = performance.now();
      }
      await delay(ASK_EVERY_MS);
    }
  }
}

function questionOf({ identifier }: Change) {
  return {
    identifier,
    document: undefined,
    asOf: undefined,
    knownAt: undefined,
    // The copy's word, however old: what is measured is how old it is.
    maxStalenessMs: 3_600_000,
    withProof: false,
    caseNumber: 'BENCH-1',
    matterCode: '',
    officer: 'bench',
  };
}
