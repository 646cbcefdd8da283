import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';
import { describeError, withoutPersonal } from './redaction.ts';

export type Logger = PinoLogger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly service: string;
  readonly node: string;
  /** Default info. */
  readonly level?: LogLevel;
  /** Path of a file to append to; default: standard output. */
  readonly file?: string;
  /** Where the lines go instead; for tests. */
  readonly stream?: DestinationStream;
}

/**
 * JSON lines with service and node. Log identifiers, counts and durations, errors under `err`; never face data or holder
 * codes: what redaction removes is what somebody forgot.
 */
export function createLogger({ service, node, level = 'info', file, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, node },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (line) => withoutPersonal(line) as Record<string, unknown>,
      },
      serializers: { err: describeError, error: describeError },
    },
    // Synchronous: the last lines before a crash are the ones that matter.
    stream ?? destination({ dest: file ?? 1, mkdir: file !== undefined, sync: true }),
  );
}
