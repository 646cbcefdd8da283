import { quantile } from '../figures.ts';

/** What a load program measured, printed as its last line: of the measured time, and `allCalls` with the warm-up. */
export type LoadReport = { calls: number; perSecond: number; p50Ms: number; p99Ms: number; allCalls: number };

export type ClosedLoop = {
  /** One call; a throw ends the program. */
  call: () => Promise<void>;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

/** Keeps `inFlight` calls under way; what ends during the measured time counts. */
export async function closedLoop({ call, inFlight, warmUpMs, measureMs }: ClosedLoop): Promise<LoadReport> {
  const fromMs = performance.now() + warmUpMs;
  const untilMs = fromMs + measureMs;
  const latencies: number[] = [];
  let allCalls = 0;
  async function caller(): Promise<void> {
    for (let startedMs = performance.now(); startedMs < untilMs; ) {
      await call();
      const endedMs = performance.now();
      allCalls += 1;
      if (endedMs >= fromMs && endedMs < untilMs) latencies.push(endedMs - startedMs);
      startedMs = endedMs;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller));
  const sorted = Float64Array.from(latencies).sort();
  return {
    calls: sorted.length,
    perSecond: (sorted.length / measureMs) * 1_000,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    allCalls,
  };
}
