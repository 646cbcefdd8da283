import type { Entry } from '@lianzheng/proto/log/v1/log';

/** A piece of a log in order: entries, and checkpoints whose sizes lie within it or, for a heartbeat, at its end. */
export type LogChunk = {
  readonly entries: readonly Entry[];
  readonly checkpoints: readonly Uint8Array[];
  /** Entries of the whole log, as far as known. */
  readonly total: number;
};
