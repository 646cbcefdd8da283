import type { Logger } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

export type Answered = {
  method: string;
  route: string;
  status: number;
  durationMs: number;
  requestId: string;
};

/** One function an event. Routes, never addresses or identifiers. */
export function createEvents(logger: Logger, metrics: Metrics) {
  const answered = metrics.counter('lz_http_answers', 'HTTP requests answered');
  const durations = metrics.histogram('lz_http_duration_ms', 'Time to answer an HTTP request');
  return {
    requestAnswered({ method, route, status, durationMs, requestId }: Answered) {
      answered.with({ method, route, status: String(status) }).add();
      durations.with({ route }).record(durationMs);
      logger.debug({ method, route, status, durationMs, requestId }, 'answered');
    },
    requestFailed: (err: unknown, requestId: string, route: string) =>
      logger.error({ err, requestId, route }, 'request failed'),
    telemetryFailed: (err: unknown) => logger.warn({ err }, 'telemetry failed'),
  };
}
