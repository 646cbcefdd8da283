import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { type BoundLabels, bindCounter, type Totals, totalsOf } from './totals.ts';

/**
 * Names and values of small, closed sets. Never an identifier of a licence, a person or a request. `node` and `service` are
 * there already, once: say `owner` or `peer` of another node.
 */
export type Labels = Readonly<Record<string, string>> & { readonly node?: never; readonly service?: never };

/** A counter that stays with its labels costs next to nothing; `with` and the first `add` half a microsecond each. */
export interface Counter {
  add(count?: number): void;
  with(labels: Labels): Counter;
}

/** Half a microsecond a record. */
export interface Histogram {
  record(value: number): void;
  with(labels: Labels): Histogram;
}

export interface Measured {
  readonly value: number;
  readonly labels?: Labels;
}

export interface ObservedNames<N extends string> {
  /** Name → help. */
  readonly gauges?: Partial<Readonly<Record<N, string>>>;
  readonly totals?: Partial<Readonly<Record<N, string>>>;
}

export interface Observed<N extends string> extends Measured {
  readonly name: N;
}

/** Names in lower case with underscores, prefixed `lz_`, with their unit; counters get `_total` of themselves. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  /** Default boundaries: durations from 1 ms to 10 s, in ms. */
  histogram(name: string, help: string, boundaries?: readonly number[]): Histogram;
  /** `measure` is asked at each scrape; an error or an empty list leaves the gauge out. */
  gauge(name: string, help: string, measure: () => readonly Measured[] | Promise<readonly Measured[]>): void;
  /**
   * Several that are read together: `measure` is asked once a scrape for values of the given names. `totals` only ever grow,
   * and are kept elsewhere; gauges go up and down.
   */
  observe<N extends string>(names: ObservedNames<N>, measure: () => Promise<readonly Observed<N>[]>): void;
  /** The same registry for another service of this process: its metrics bear its name in the label `service`. */
  forService(service: string): Metrics;
}

export interface MetricsRegistry extends Metrics {
  /** Everything in the text format of Prometheus, version 0.0.4. */
  prometheusText(): Promise<string>;
  close(): Promise<void>;
}

export const durationBoundariesMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** What cannot be measured by then is left out: a scrape must not wait for a database that hangs. */
const measureWithinMs = 5_000;

export interface MetricsOptions {
  readonly service: string;
  readonly node: string;
  onError(error: unknown): void;
}

export function createMetrics({ service, node, onError }: MetricsOptions): MetricsRegistry {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ resource: resourceFromAttributes({ node }), readers: [exporter] });
  const serializer = new PrometheusSerializer('', false, /^node$/, true, true);
  return {
    ...metricsOf({ meter: provider.getMeter('lianzheng'), totals: new Map(), onError }, service),
    async prometheusText() {
      const { resourceMetrics, errors } = await exporter.collect({ timeoutMillis: measureWithinMs });
      for (const error of errors) onError(error);
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}

/** What the services of a process share. */
type Registry = {
  readonly meter: Meter;
  /** The values of each counter. */
  readonly totals: Map<string, Totals>;
  readonly onError: (error: unknown) => void;
};

function metricsOf(registry: Registry, service: string): Metrics {
  const { meter } = registry;
  const own: BoundLabels = { service };
  return {
    counter: (name, description) => bindCounter(totalsOf(registry, name, description), own),
    histogram(name, description, boundaries = durationBoundariesMs) {
      const advice = { explicitBucketBoundaries: [...boundaries] };
      return bindHistogram(meter.createHistogram(name, { description, advice }), own);
    },
    gauge(name, description, measure) {
      const named = async () => (await measure()).map((measured) => ({ name, ...measured }));
      observe(registry, own, { gauges: { [name]: description } }, named);
    },
    observe: (names, measure) => observe(registry, own, names, measure),
    forService: (other) => metricsOf(registry, other),
  };
}

function observe<N extends string>(
  { meter, onError }: Registry,
  own: BoundLabels,
  { gauges = {}, totals = {} }: ObservedNames<N>,
  measure: () => Promise<readonly Observed<N>[]>,
): void {
  const instruments = new Map<string, Observable>();
  const described = (names: object) => Object.entries(names) as [string, string][];
  for (const [name, description] of described(gauges))
    instruments.set(name, meter.createObservableGauge(name, { description }));
  for (const [name, description] of described(totals))
    instruments.set(name, meter.createObservableCounter(name, { description }));
  const tell = async (result: BatchObservableResult) => {
    try {
      for (const { name, value, labels } of await measure())
        result.observe(instruments.get(name)!, value, { ...own, ...labels });
    } catch (error) {
      onError(error);
    }
  };
  meter.addBatchObservableCallback(tell, [...instruments.values()]);
}

function bindHistogram(
  histogram: { record(value: number, labels: Attributes): void },
  labels: BoundLabels,
): Histogram {
  return {
    record: (value) => histogram.record(value, labels),
    with: (more) => bindHistogram(histogram, { ...labels, ...more }),
  };
}
