import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { median, round } from './figures.ts';

const RUNS = 3;
const GOAL_S = 25;
const demo = join(import.meta.dirname, '../../scripts/demo');

/** The command itself, to the line that says that its first step is done. */
export const start: Bench = {
  name: 'start',
  about: './scripts/demo from a warm install until every service serves and every link is fresh',
  goal: `≤ ${GOAL_S} s`,
  unit: 's',
  async run(context) {
    const runs: Figures[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      runs.push({ seconds: round(await oneStart(context, run), 1) });
      context.say(`run ${run} of ${RUNS}: ${runs.at(-1)!.seconds} s`);
    }
    const value = median(runs.map((run) => run.seconds!));
    return { value, met: value <= GOAL_S, runs };
  },
};

async function oneStart({ dir }: BenchContext, run: number): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(demo, ['--rows', '1', '--dir', join(dir, `demo-${run}`)], {
    // Ports of its own, so that a demo that is up is not disturbed.
    env: { ...process.env, LZ_PORT_BASE: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let seconds: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (seconds === undefined && line.trimStart().startsWith('✓')) {
      seconds = (performance.now() - startedMs) / 1_000;
      child.kill('SIGTERM');
    }
  }
  await exited;
  if (seconds === undefined) throw new Error('the demo did not start');
  return seconds;
}
