import type { Counter, Histogram } from './metrics.ts';
import type { Telemetry } from './telemetry.ts';
import { passingTracing } from './tracing.ts';

const counter: Counter = { add() {}, with: () => counter };
const histogram: Histogram = { record() {}, with: () => histogram };

/** For a service that nobody measures, as in most tests: counts nothing, hands trace contexts on. */
export const silentTelemetry: Telemetry = {
  ...passingTracing,
  counter: () => counter,
  histogram: () => histogram,
  gauge() {},
  observe() {},
  forService: () => silentTelemetry,
};
