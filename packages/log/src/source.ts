import type { ReadTiles } from '@lianzheng/merkle';

/** What is held of one log: its newest checkpoint. */
export type Head = {
  generation: number;
  /** Entries under the checkpoint. */
  size: number;
  root: Buffer;
  time: Date;
  /** The signed note. */
  note: Buffer;
};

export type StoredEntry = { sequence: number; leaf: Buffer; side: Buffer };

/** Reads of the logs that a service holds; LogService is served from it. All sizes are counts of entries. */
export type LogSource = {
  /** The newest checkpoint; undefined when the log is not held or has none. Generation 0 = the present one. */
  head(log: LogId): Promise<Head | undefined>;
  /** Entries from ≤ sequence < to, in order; fewer, but at least one, where they weigh more than maxBytes. */
  entries(log: LogId, from: number, to: number, maxBytes?: number): Promise<StoredEntry[]>;
  /** Kept checkpoints with after < size ≤ to, in order. */
  checkpoints(log: LogId, after: number, to: number): Promise<{ size: number; note: Buffer }[]>;
  /** The smallest kept checkpoint that covers a sequence. */
  covering(log: LogId, sequence: number): Promise<{ size: number; note: Buffer } | undefined>;
  tiles(log: LogId): ReadTiles;
  /** Resolves when something new may be there, or when the signal aborts. */
  changed(log: LogId, signal: AbortSignal): Promise<void>;
};

export type LogId = { node: string; log: string; generation: number };
