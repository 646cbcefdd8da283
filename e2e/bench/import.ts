import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Mesh } from '../harness/index.ts';
import type { Bench, BenchContext, Figures } from './bench.ts';
import { median, round } from './figures.ts';
import { benchMesh, issuable } from './mesh-bench.ts';

const NODE = '440000';
const RUNS = 3;
const ROWS = 30_000;
const GOAL = 3_000;

const lzMain = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const run = promisify(execFile);

/** `lz import` of a CSV file as an operator runs it, from the start of the command to its end. */
export const importStock: Bench = {
  name: 'import',
  about: `rows of paper stock per second, ${ROWS.toLocaleString('en')} rows of CSV by lz import`,
  goal: `≥ ${GOAL.toLocaleString('en')}/s`,
  unit: 'rows/s',
  async run(context) {
    const mesh = await benchMesh(context, { nodes: [NODE], mode: 'mesh' });
    const runs: Figures[] = [];
    for (let n = 1; n <= RUNS; n += 1) {
      const seconds = await importOnce(context, mesh, n);
      runs.push({ rowsPerSecond: Math.round(ROWS / seconds), seconds: round(seconds, 2) });
      context.say(`run ${n} of ${RUNS}: ${JSON.stringify(runs.at(-1))}`);
    }
    const value = median(runs.map((each) => each.rowsPerSecond!));
    return { value, met: value >= GOAL, runs };
  },
};

async function importOnce({ dir, say }: BenchContext, mesh: Mesh, n: number): Promise<number> {
  const { type, issuer } = await issuable(mesh, NODE);
  const file = join(dir, `stock-${n}.csv`);
  const common = ['--mesh', mesh.file, '--node', NODE, '--as', 'issuing'];
  const lz = (...args: string[]) => run(process.execPath, [lzMain, ...args], { maxBuffer: 64 << 20 });
  const stock = [
    '--type',
    type.code,
    '--issuer',
    issuer.code,
    '--count',
    String(ROWS),
    '--seed',
    `bench-${n}`,
  ];
  await lz('generate', 'stock', ...common, ...stock, '--out', file);
  say(`stock ${n} is generated`);
  const startedMs = performance.now();
  await lz(
    'import',
    file,
    ...common,
    '--request-id',
    `bench-${n}`,
    '--case',
    'STOCK-BENCH',
    '--officer',
    'bench',
  );
  return (performance.now() - startedMs) / 1_000;
}
