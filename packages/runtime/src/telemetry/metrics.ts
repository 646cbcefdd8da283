import type { Attributes, Meter, Observable } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Names and values of small, closed sets. Never an identifier of a licence, a person or a request. */
export type Labels = Readonly<Record<string, string>>;

/** Half a microsecond a call; `with` binds labels once, outside the hot path. */
export interface Counter {
  add(count?: number): void;
  with(labels: Labels): Counter;
}

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
    ...metricsOf(provider.getMeter('lianzheng'), service, onError),
    async prometheusText() {
      const { resourceMetrics, errors } = await exporter.collect({ timeoutMillis: measureWithinMs });
      for (const error of errors) onError(error);
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}

function metricsOf(meter: Meter, service: string, onError: (error: unknown) => void): Metrics {
  const own = { service };
  return {
    counter: (name, description) => bindCounter(meter.createCounter(name, { description }), own),
    histogram(name, description, boundaries = durationBoundariesMs) {
      const advice = { explicitBucketBoundaries: [...boundaries] };
      return bindHistogram(meter.createHistogram(name, { description, advice }), own);
    },
    gauge(name, description, measure) {
      meter.createObservableGauge(name, { description }).addCallback(async (result) => {
        try {
          for (const { value, labels } of await measure()) result.observe(value, { ...own, ...labels });
        } catch (error) {
          onError(error);
        }
      });
    },
    observe<N extends string>(
      { gauges = {}, totals = {} }: ObservedNames<N>,
      measure: () => Promise<readonly Observed<N>[]>,
    ) {
      const described = (names: object) => Object.entries(names) as [N, string][];
      const instruments = new Map<N, Observable>([
        ...described(gauges).map(
          ([name, description]) => [name, meter.createObservableGauge(name, { description })] as const,
        ),
        ...described(totals).map(
          ([name, description]) => [name, meter.createObservableCounter(name, { description })] as const,
        ),
      ]);
      meter.addBatchObservableCallback(
        async (result) => {
          try {
            for (const { name, value, labels } of await measure())
              result.observe(instruments.get(name)!, value, { ...own, ...labels });
          } catch (error) {
            onError(error);
          }
        },
        [...instruments.values()],
      );
    },
    forService: (other) => metricsOf(meter, other, onError),
  };
}

function bindCounter(counter: { add(count: number, labels: Attributes): void }, labels: Labels): Counter {
  return {
    add: (count = 1) => counter.add(count, labels),
    with: (more) => bindCounter(counter, { ...labels, ...more }),
  };
}

function bindHistogram(
  histogram: { record(value: number, labels: Attributes): void },
  labels: Labels,
): Histogram {
  return {
    record: (value) => histogram.record(value, labels),
    with: (more) => bindHistogram(histogram, { ...labels, ...more }),
  };
}
