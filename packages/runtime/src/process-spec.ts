import { type LogLevel, logLevels } from './logger.ts';
import { integer, oneOf, optional, text } from './settings.ts';

/** Names that every process knows, to be spread into a service's spec. */
export const processSpec = {
  logLevel: oneOf('LZ_LOG_LEVEL', logLevels, {
    fallback: 'info',
    about: 'Lines below this level are not written.',
  }),
  logFile: optional(text('LZ_LOG_FILE', { about: 'Appended to instead of standard output.' })),
  otlpEndpoint: optional(
    text('LZ_OTLP_ENDPOINT', {
      pattern: /^https?:\/\/[^\s]+$/,
      expected: 'OTLP/HTTP 接收端的网址 URL of an OTLP/HTTP receiver',
      about: 'Traces are recorded and sent there.',
    }),
  ),
  tracePercent: optional(
    integer('LZ_TRACE_PERCENT', {
      min: 0,
      max: 100,
      about:
        'Of the traces begun here so many are recorded, all by default; a caller’s decision is followed.',
    }),
  ),
  metricsAddress: optional(
    text('LZ_METRICS_ADDRESS', {
      pattern: /^.+:\d{1,5}$/,
      expected: '主机:端口 host:port',
      about: 'Metrics are served there (HTTP, /metrics), to whoever can reach it.',
    }),
  ),
};

export type ProcessConfig = {
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly otlpEndpoint?: string;
  readonly tracePercent?: number;
  readonly metricsAddress?: string;
};
