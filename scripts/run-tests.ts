// Runs the groups of tests and ends with the line that CI counts: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { startPostgres } from '@lianzheng/deploy-postgres';

const root = path.resolve(import.meta.dirname, '..');

/** By cost: what needs nothing, what needs PostgreSQL or one broker, what needs the whole mesh. */
const groups = {
  unit: {
    globs: [
      'packages/*/src/**/*.test.ts',
      'services/*/src/**/*.test.ts',
      'scripts/*.test.ts',
      'deploy/*/src/**/*.test.ts',
      'e2e/harness/**/*.test.ts',
    ],
    concurrency: 2,
  },
  service: {
    globs: ['packages/*/test/**/*.test.ts', 'deploy/*/test/**/*.test.ts', 'services/*/test/**/*.test.ts'],
    concurrency: 2,
  },
  e2e: { globs: ['e2e/test/**/*.test.ts'], concurrency: 1 },
} as const;
type Group = keyof typeof groups;

const FILE_TIMEOUT_MS = 1_200_000;

type Tally = { passed: number; failed: number };

function runCheck(): Tally {
  const { status } = spawnSync(process.execPath, ['scripts/check.ts'], { cwd: root, stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runGroup(group: Group, wanted: string[]): Promise<Tally> {
  const { globs, concurrency } = groups[group];
  const all = globs.flatMap((glob) => globSync(glob, { cwd: root, exclude: ['**/node_modules/**'] })).sort();
  const files = all.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
  if (files.length === 0) return { passed: 0, failed: 0 };
  console.log(`\n== ${group}: ${files.length} files`);
  const tally = { passed: 0, failed: 0 };
  const started = performance.now();
  const stream = run({
    files: files.map((file) => path.join(root, file)),
    concurrency,
    timeout: FILE_TIMEOUT_MS,
    cwd: root,
  });
  stream.on('test:pass', (event) => {
    if (isLeaf(event)) tally.passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (!isLeaf(event) && !isBrokenFile(event)) return;
    tally.failed += 1;
    console.log(
      `\nFAILED ${path.relative(root, event.file ?? '')}: ${event.name}\n${textOf(event.details.error)}`,
    );
  });
  stream.on('test:complete', (event) => {
    if (event.nesting === 0 && group !== 'unit' && group !== 'service')
      console.log(
        `  ${event.details.passed ? 'ok' : 'FAILED'} ${event.name} ${Math.round(event.details.duration_ms)} ms`,
      );
  });
  stream.on('test:stderr', (event) => process.stderr.write(event.message));
  for await (const _ of stream);
  console.log(
    `== ${group}: ${tally.passed} passed, ${tally.failed} failed, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  return tally;
}

type TestEvent = { details: { type?: string; error?: Error }; file?: string; name: string };

function isLeaf(event: TestEvent): boolean {
  return event.details.type !== 'suite' && !isFile(event);
}

function isFile(event: TestEvent): boolean {
  return event.file !== undefined && path.resolve(root, event.name) === event.file;
}

/** A file that fails without any of its tests failing: it did not load, or did not end. */
function isBrokenFile(event: TestEvent): boolean {
  return isFile(event) && !String(event.details.error?.cause ?? '').includes('subtest');
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? (cause.stack ?? cause.message)
    : `${error.message}${cause ? `\n${String(cause)}` : ''}`;
}

const [asked, files] = splitArguments(process.argv.slice(2));
const dir = mkdtempSync(path.join(tmpdir(), 'lianzheng-tests-'));
const total: Tally = { passed: 0, failed: 0 };
const add = (tally: Tally) => {
  total.passed += tally.passed;
  total.failed += tally.failed;
};
if (asked.includes('check') && files.length === 0) add(runCheck());
const names = (Object.keys(groups) as Group[]).filter((group) => asked.includes(group));
// One server for all files that need only a database of their own.
const postgres =
  names.includes('service') || names.includes('unit')
    ? await startPostgres({ dir: path.join(dir, 'postgres') })
    : undefined;
if (postgres) process.env.LZ_TEST_POSTGRES = postgres.adminUrl;
for (const group of names) add(await runGroup(group, files));
await postgres?.stop();
rmSync(dir, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

function splitArguments(args: string[]): [string[], string[]] {
  const at = args.indexOf('--');
  const before = at === -1 ? args : args.slice(0, at);
  const after = at === -1 ? [] : args.slice(at + 1);
  const unknown = before.filter((name) => name !== 'check' && !(name in groups));
  if (unknown.length > 0) {
    console.error(`未知的组 unknown group: ${unknown.join(', ')}; check, unit, service, e2e`);
    process.exit(2);
  }
  return [before.length > 0 ? before : ['check', 'unit', 'service', 'e2e'], after];
}
