// pnpm bench NAME [--json] [--full]; without a name the benches and their goals.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, BenchResult } from './bench.ts';
import { benches } from './benches.ts';
import { spread } from './figures.ts';
import { type Machine, machine } from './machine.ts';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
});
const [name, ...more] = positionals;
const bench = benches.find((each) => each.name === name);

if (name === undefined) {
  for (const { name: known, goal, about } of benches)
    console.log(`${known.padEnd(10)} ${goal.padEnd(44)} ${about}`);
} else if (!bench || more.length > 0) {
  console.error(
    `没有这个基准 no such bench: ${positionals.join(' ')}; ${benches.map((each) => each.name).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const where = machine();
  const result = await measure(bench);
  show(bench, result, where);
  // Missing a goal is a finding, not a failure of the bench.
  if (flags.json) console.log(JSON.stringify(line(bench, result, where)));
}

async function measure({ name: of, run }: Bench): Promise<BenchResult> {
  const startedMs = performance.now();
  const dir = await mkdtemp(join(tmpdir(), `lz-bench-${of}-`));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(dir, { recursive: true, force: true }));
  const say = (text: string) =>
    void process.stderr.write(
      `${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`,
    );
  return await Promise.race([run({ full: flags.full, dir, parts, say }), interruption()]);
}

/** Rejects at the first signal, so that everything is taken down in order. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
}

function show(
  { name: of, goal, unit }: Bench,
  { value, met, limit, runs }: BenchResult,
  where: Machine,
): void {
  console.log(
    `\n${of}: ${value} ${unit}${limit === undefined ? '' : ` of ${limit}`}; goal ${goal}: ${met ? 'met' : 'MISSED'}`,
  );
  for (const figure of Object.keys(runs[0] ?? {}))
    console.log(
      `  ${figure.padEnd(24)} ${spread(
        runs.map((run) => run[figure]!),
        2,
      )}`,
    );
  console.log(`  ${where.cores} cores, ${where.cpu}, load before ${where.loadBefore}`);
}

function line({ name: of, unit, goal }: Bench, { value, met, limit, runs }: BenchResult, where: Machine) {
  return { name: of, value, unit, goal, met, limit, runs, machine: where };
}
