import type { LogId } from './source.ts';

export type CheckpointToSign = {
  log: LogId;
  size: number;
  root: Buffer;
  time: Date;
  previousSize: number;
  /** The size that was probably signed last. */
  likelyFirst: number;
  /** RFC 6962 consistency proof from a smaller size to this one. */
  proofFrom(first: number): Promise<Buffer[]>;
};

export type LastSigned =
  | { state: 'known'; generation: number; size: number; root: Buffer; time: Date | undefined }
  | { state: 'lost'; generation: number };

/** What a relay needs of the signature service: narrowed to three calls. */
export type CheckpointSigner = {
  /** The signed note (C2SP checkpoint), after the service's memory is durable. */
  sign(checkpoint: CheckpointToSign): Promise<Buffer>;
  lastSigned(log: LogId): Promise<LastSigned>;
  /** Puts a lost or smaller memory to one of our own signed notes; never back. */
  restore(note: Buffer): Promise<void>;
  /** Keys that signed this log, as verifiers of its notes. */
  verifiers(log: LogId): Promise<import('@lianzheng/note').Verifier[]>;
};
