import { type Io, tell } from './io.ts';

/** Shows how far a long work is: a bar on a terminal, plain lines elsewhere. Goes to standard error. */
export type Progress = {
  update(done: number, total?: number): void;
  end(): void;
};

const BAR_WIDTH = 24;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;

/** `label` and `unit`: Chinese / English. `started`: what was done before this run, which does not count for the rate. */
export function startProgress(
  io: Io,
  { label, unit, total = 0, started = 0 }: { label: string; unit: string; total?: number; started?: number },
): Progress {
  const bar = io.stderr.isTTY === true;
  const startedMs = performance.now();
  let shownMs = bar ? Number.NEGATIVE_INFINITY : startedMs;
  let done = started;
  let all = total;

  function line(): string {
    const seconds = Math.max(0.001, (performance.now() - startedMs) / 1000);
    const rate = (done - started) / seconds;
    const share = all > 0 ? Math.min(1, done / all) : undefined;
    const parts = [
      label,
      ...(share === undefined ? [] : [`${(share * 100).toFixed(1)} %`]),
      `${grouped(done)}${all > 0 ? ` / ${grouped(all)}` : ''} ${unit}`,
      `${grouped(Math.round(rate))} /s`,
      ...(all > done && rate > 0 ? [`剩余 / left ${duration((all - done) / rate)}`] : []),
    ];
    if (!bar || share === undefined) return parts.join('  ');
    const full = Math.round(share * BAR_WIDTH);
    return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}  ${parts.join('  ')}`;
  }

  function show(): void {
    shownMs = performance.now();
    if (bar) io.stderr.write(`\r\u001b[2K${line()}`);
    else tell(io, line());
  }

  return {
    update(now, total = all) {
      done = now;
      all = total;
      if (performance.now() - shownMs >= (bar ? BAR_EVERY_MS : LINE_EVERY_MS)) show();
    },
    end() {
      show();
      if (bar) io.stderr.write('\n');
    },
  };
}

export function grouped(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
