import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat a second, on every Linux that we know. */
const TICKS = 100;

type Stat = { parent: number; ticks: number };

/** CPU seconds of a process and all its descendants, the ended ones included; only on Linux. */
export function cpuSecondsOf(pid: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = new Map(pids.map((name) => [Number(name), statOf(name)]));
  const isBelow = (each: number): boolean =>
    each === pid || (each > 1 && isBelow(stats.get(each)?.parent ?? 0));
  let ticks = 0;
  for (const [each, stat] of stats) if (stat && isBelow(each)) ticks += stat.ticks;
  return ticks / TICKS;
}

function statOf(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, blanks included.
    const [, parent, ...fields] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // proc(5), fields 14 to 17: user and system time of its own and of children that it has waited for.
    const ticks = fields.slice(9, 13).reduce((sum, each) => sum + each, 0);
    return { parent: parent!, ticks };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
