import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openDesk, verify } from '../harness/index.ts';
import type { Bench, Figures } from './bench.ts';
import { median, round } from './figures.ts';
import { benchMesh } from './mesh-bench.ts';

const NODE = '440000';
const MINUTES = 3;
const VERIFICATIONS = 200;
const ISSUES = 20;
const GOAL_MB = 300;
/** From the second minute on it may grow by this much and still count as flat: a heap breathes. */
const FLAT = 1.05;
const SAMPLE_MS = 5_000;

/** One standalone node under a steady load. */
export const memory: Bench = {
  name: 'memory',
  about: `resident memory of a standalone node after ${MINUTES} minutes of ${VERIFICATIONS} verifications and ${ISSUES} issues a second`,
  goal: `≤ ${GOAL_MB} MB, flat over the last two minutes`,
  unit: 'MB',
  async run(context) {
    const mesh = await benchMesh(context, { nodes: [NODE] });
    const pid = processOf(mesh.node(NODE).dir);
    const desk = await openDesk(mesh, NODE);
    const identifiers = [await desk.issue()];
    const failures: unknown[] = [];
    const stopIssuing = every(
      1_000 / ISSUES,
      failures,
      async () => void identifiers.push(await desk.issue()),
    );
    const stopVerifying = every(1_000 / VERIFICATIONS, failures, async () => {
      await verify(mesh, NODE, identifiers[Math.floor(Math.random() * identifiers.length)]!);
    });
    const runs: Figures[] = [];
    const startedMs = performance.now();
    for (let atMs = 0; atMs < MINUTES * 60_000; atMs = performance.now() - startedMs) {
      await delay(SAMPLE_MS);
      runs.push({
        second: Math.round((performance.now() - startedMs) / 1_000),
        mb: round(residentMb(pid), 0),
      });
      if (runs.length % 6 === 0) context.say(JSON.stringify({ ...runs.at(-1), issued: identifiers.length }));
    }
    await Promise.all([stopIssuing(), stopVerifying()]);
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} calls failed`);
    const around = (second: number) =>
      median(runs.filter((run) => Math.abs(run.second! - second) <= 10).map((run) => run.mb!));
    const [afterOne, value] = [around(60), around(MINUTES * 60)];
    context.say(`after one minute ${afterOne} MB, at the end ${value} MB`);
    return { value, met: value <= GOAL_MB && value <= afterOne * FLAT, runs };
  },
};

/** Begins one each time it is due, whether or not the one before has ended; returns how to stop and wait for all. */
function every(ms: number, failures: unknown[], call: () => Promise<void>): () => Promise<void> {
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  let begun = 0;
  const timer = setInterval(
    () => {
      for (; begun * ms < performance.now() - startedMs; begun += 1) {
        const one: Promise<void> = call()
          .catch((error) => void failures.push(error))
          .finally(() => underWay.delete(one));
        underWay.add(one);
      }
    },
    Math.max(2, ms),
  );
  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
  };
}

/** The node's process: the one that was started with its folder. */
function processOf(dir: string): number {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && commandOf(name).includes(dir));
  if (!pid) throw new Error(`no process of ${dir}`);
  return Number(pid);
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
}
