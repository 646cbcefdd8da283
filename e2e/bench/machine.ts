import { cpus, loadavg } from 'node:os';

export type Machine = { cores: number; cpu: string; loadBefore: number };

/** Where it was measured; the load of the last minute, before the bench began. */
export function machine(): Machine {
  const [first, ...others] = cpus();
  return {
    cores: others.length + 1,
    cpu: first?.model ?? 'unknown',
    loadBefore: Number(loadavg()[0]!.toFixed(2)),
  };
}
