import { writeFileSync } from 'node:fs';

export type Step = { name: string; ok: boolean; ms: number; detail: string };
export type NodeRoots = {
  node: string;
  logs: { owner: string; log: string; generation: number; size: number; root: string }[];
};
export type Report = { ok: boolean; steps: Step[]; nodes: NodeRoots[] };

/** Tells the story on the terminal while it happens, and keeps it. */
export function createTeller() {
  const steps: Step[] = [];

  /** Runs one step; a failure is told and kept, and the story ends there. */
  async function step(name: string, title: string, act: () => Promise<string>): Promise<void> {
    const started = performance.now();
    process.stdout.write(`▸ ${title}\n`);
    try {
      const detail = await act();
      const ms = Math.round(performance.now() - started);
      steps.push({ name, ok: true, ms, detail });
      process.stdout.write(`  ✓ ${detail}  (${seconds(ms)})\n`);
    } catch (error) {
      const ms = Math.round(performance.now() - started);
      const detail = error instanceof Error ? error.message : String(error);
      steps.push({ name, ok: false, ms, detail });
      process.stdout.write(`  ✗ ${detail}  (${seconds(ms)})\n`);
      throw error;
    }
  }

  return { step, steps };
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function writeReport(file: string, report: Report): void {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
