import type { Database } from '@lianzheng/db';
import type { Metrics } from '@lianzheng/runtime/telemetry';
import { readHead } from './store.ts';

/** How far a log has come, read from its head at each scrape: whichever process relays it, all tell the same. */
export function measureRelay(metrics: Metrics, log: string, database: Database): void {
  metrics.observe(
    {
      gauges: {
        lz_log_entries:
          'Entries of an own log, by stage: sequenced, integrated under a checkpoint, published.',
        lz_log_waiting: 'Entries that wait for a number.',
      },
    },
    async () => {
      const [head, waiting] = await Promise.all([
        database.read(readHead),
        database.read((reader) => reader.row<{ count: number }>('SELECT count(*) AS count FROM log_waiting')),
      ]);
      const stages = {
        sequenced: head.size,
        integrated: head.integratedSize,
        published: head.publishedSize,
      };
      return [
        { name: 'lz_log_waiting', value: waiting?.count ?? 0, labels: { log } },
        ...Object.entries(stages).map(([stage, value]) => ({
          name: 'lz_log_entries' as const,
          value,
          labels: { log, stage },
        })),
      ];
    },
  );
}
