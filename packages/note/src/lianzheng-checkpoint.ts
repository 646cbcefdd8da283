import { formatCheckpoint, parseCheckpoint, parseDecimal } from './checkpoint.ts';
import { NoteError } from './errors.ts';

/** The logs that a node keeps. */
export const LOG_NAMES = ['status', 'catalog', 'access'] as const;
export type LogName = (typeof LOG_NAMES)[number];

export type LogOrigin = {
  /** Six digits of the administrative division (GB/T 2260). */
  readonly node: string;
  readonly log: LogName;
  /** From 1; a new one starts when the old one could not be recovered whole. */
  readonly generation: number;
};

/** A checkpoint of a log of this system (log protocol §1). */
export type LogCheckpoint = LogOrigin & {
  readonly size: number;
  /** 32 bytes */
  readonly root: Buffer;
  /** The owner's clock, to the millisecond. */
  readonly time: Date;
  /** Size of the kept checkpoint before this one, so that a missing one is noticed; 0 before the first. */
  readonly previousSize: number;
  /** Extension lines of later releases, kept and ignored. */
  readonly furtherExtensions?: readonly string[];
};

const ORIGIN = new RegExp(`^lianzheng/([0-9]{6})/(${LOG_NAMES.join('|')})/([1-9][0-9]*)$`);
const EXTENSION =
  /^lz1 time=([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z) prev=([0-9]+)$/;

/** `lianzheng/<node>/<log>/<generation>`: the origin of the log's checkpoints and the name of its key. */
export function formatLogOrigin({ node, log, generation }: LogOrigin): string {
  const origin = `lianzheng/${node}/${log}/${generation}`;
  parseLogOrigin(origin);
  return origin;
}

/** Throws NoteError 'malformed'. */
export function parseLogOrigin(origin: string): LogOrigin {
  const [, node, log, generation] = ORIGIN.exec(origin) ?? [];
  if (!node || !log || !generation)
    throw new NoteError('malformed', `no log origin: ${JSON.stringify(origin)}`);
  return { node, log: log as LogName, generation: parseDecimal(generation) };
}

/** The note text, its one extension line `lz1 time=<RFC 3339 UTC> prev=<decimal>` first of the extensions. */
export function formatLogCheckpoint(checkpoint: LogCheckpoint): string {
  const { size, root, time, previousSize, furtherExtensions = [] } = checkpoint;
  if (Number.isNaN(time.getTime())) throw new NoteError('malformed', 'checkpoint without a valid time');
  const extension = `lz1 time=${time.toISOString()} prev=${previousSize}`;
  const text = formatCheckpoint({
    origin: formatLogOrigin(checkpoint),
    size,
    root,
    extensions: [extension, ...furtherExtensions],
  });
  parseLogCheckpoint(text);
  return text;
}

/** Throws NoteError 'malformed' (or 'too-large' for a number beyond 2^53 − 1). */
export function parseLogCheckpoint(
  text: string,
): LogCheckpoint & { readonly furtherExtensions: readonly string[] } {
  const { origin, size, root, extensions } = parseCheckpoint(text);
  const [extension = '', ...furtherExtensions] = extensions;
  const [, timeText, previous] = EXTENSION.exec(extension) ?? [];
  if (!timeText || !previous || furtherExtensions.some((line) => line.startsWith('lz1 '))) {
    throw new NoteError('malformed', `not one lz1 extension line: ${JSON.stringify(extensions)}`);
  }
  const previousSize = parseDecimal(previous);
  if (previousSize > size)
    throw new NoteError('malformed', `previous size ${previousSize} beyond size ${size}`);
  return {
    ...parseLogOrigin(origin),
    size,
    root,
    time: parseTime(timeText),
    previousSize,
    furtherExtensions,
  };
}

/** Only times that exist: the 30th of February reads as another day, and is refused. */
function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) {
    throw new NoteError('malformed', `no time: ${text}`);
  }
  return time;
}
