// The README's first command in its profiles and modes: it must tell its story to the end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Report } from '../demo/report.ts';
import { isolatedPortBase } from '../harness/port-base.ts';

const main = path.resolve(import.meta.dirname, '../demo/main.ts');

const story = [
  'start',
  'catalogue',
  'import',
  'issue',
  'seen-city',
  'seen-province',
  'suspend',
  'resume',
  'revoke',
  'cut',
  'issue-while-cut',
  'answers-while-cut',
  'heal',
  'roots',
];

async function tellStory(
  ...args: string[]
): Promise<{ code: number | null; report: Report; output: string }> {
  const dir = mkdtempSync(path.join(tmpdir(), 'lz-demo-'));
  const file = path.join(dir, 'report.json');
  try {
    const env = { ...process.env, LZ_PORT_BASE: String(await isolatedPortBase()) };
    const child = spawn(
      process.execPath,
      [main, '--exit', '--dir', path.join(dir, 'mesh'), '--report', file, ...args],
      { env },
    );
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { code, output, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const variants: [name: string, args: string[]][] = [
  ['bridged: a Kafka per node and MirrorMakers between them', ['--rows', '300']],
  ['shared: one Kafka for all nodes', ['--shared', '--rows', '50']],
  ['mesh: one process per service', ['--mesh', '--rows', '50']],
];

for (const [name, args] of variants)
  test(`the demo, ${name}`, async () => {
    const { code, report, output } = await tellStory(...args);
    assert.equal(code, 0, output);
    assert.equal(report.ok, true);
    assert.deepEqual(
      report.steps.map(({ name: step, ok }) => [step, ok]),
      story.map((step) => [step, true]),
    );
    assert.equal(report.nodes.length, 3);
    const roots = report.nodes.map(({ logs }) => JSON.stringify(logs));
    assert.equal(new Set(roots).size, 1, 'every node has the same roots');
  });
