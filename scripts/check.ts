// Lint, format, types and contracts: everything that needs no test to run.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);

const checks: [name: string, command: string, args: string[], cwd: string][] = [
  ['lint and format', bin('biome'), ['check', '.'], root],
  ['types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json'], root],
  ['wasm is what its source gives', process.execPath, ['packages/sm2/wasm/build.ts', '--check'], root],
  ['contracts: lint', bin('buf'), ['lint'], path.join(root, 'proto')],
  ['contracts: format', bin('buf'), ['format', '--diff', '--exit-code'], path.join(root, 'proto')],
  ['contracts: breaking', bin('buf'), ['breaking', '--against', 'baseline.binpb'], path.join(root, 'proto')],
];

let failed = 0;
for (const [name, command, args, cwd] of checks) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
