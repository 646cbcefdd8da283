import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat a second, on every Linux that we know. */
const TICKS = 100;

type Stat = { parent: number; own: number; withReaped: number };

/** CPU seconds of a process and all its descendants, the ended ones included; only on Linux. */
export function cpuSecondsOf(pid: number): number {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat) stats.set(Number(name), stat);
  }
  const isBelow = (of: number): boolean =>
    of === pid || (stats.has(of) && of > 1 && isBelow(stats.get(of)!.parent));
  let ticks = 0;
  for (const [of, stat] of stats) if (isBelow(of)) ticks += stat.withReaped;
  return ticks / TICKS;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, blanks included.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime, stime, cutime, cstime] = fields.slice(11, 15) as [number, number, number, number];
    return {
      parent: Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]),
      own: utime + stime,
      withReaped: utime + stime + cutime + cstime,
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
