import { logLevels } from './logger.ts';
import { oneOf, optional, text } from './settings.ts';

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
};
