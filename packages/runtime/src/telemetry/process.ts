import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

/** What this process weighs and how late its event loop is. Once per process; returns how to stop. */
export function measureProcess(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  metrics.observe(
    {
      gauges: {
        lz_process_resident_bytes: 'Resident memory.',
        lz_process_heap_bytes: 'JavaScript heap in use.',
        lz_event_loop_delay_ms: 'Delay of the event loop since the last scrape, by quantile.',
      },
      totals: { lz_process_cpu_seconds: 'CPU time, user and system.' },
    },
    async () => {
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const late = [
        { value: delays.percentile(50) / 1e6, labels: { quantile: '0.5' } },
        { value: delays.percentile(99) / 1e6, labels: { quantile: '0.99' } },
        { value: delays.max / 1e6, labels: { quantile: '1' } },
      ];
      delays.reset();
      return [
        { name: 'lz_process_resident_bytes', value: rss },
        { name: 'lz_process_heap_bytes', value: heapUsed },
        { name: 'lz_process_cpu_seconds', value: (user + system) / 1e6 },
        ...late.map((delay) => ({ name: 'lz_event_loop_delay_ms' as const, ...delay })),
      ];
    },
  );
  return () => void delays.disable();
}
