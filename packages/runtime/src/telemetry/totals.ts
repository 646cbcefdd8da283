import type { Meter } from '@opentelemetry/api';
import type { Counter } from './metrics.ts';

/** With `service`. */
export type BoundLabels = Readonly<Record<string, string>>;

/** By their labels. Kept here and told at a scrape: the SDK's own counters look their labels up at each count. */
export type Totals = Map<string, Total>;
type Total = { readonly labels: BoundLabels; count: number };

export function totalsOf(
  { meter, totals }: { meter: Meter; totals: Map<string, Totals> },
  name: string,
  description: string,
): Totals {
  const known = totals.get(name);
  if (known) return known;
  const fresh: Totals = new Map();
  totals.set(name, fresh);
  meter.createObservableCounter(name, { description }).addCallback((result) => {
    for (const { count, labels } of fresh.values()) result.observe(count, labels);
  });
  return fresh;
}

export function bindCounter(totals: Totals, labels: BoundLabels): Counter {
  let total: Total | undefined;
  return {
    add(count = 1) {
      total ??= totalOf(totals, labels);
      total.count += count;
    },
    with: (more) => bindCounter(totals, { ...labels, ...more }),
  };
}

function totalOf(totals: Totals, labels: BoundLabels): Total {
  const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const known = totals.get(key);
  if (known) return known;
  const fresh = { labels, count: 0 };
  totals.set(key, fresh);
  return fresh;
}
