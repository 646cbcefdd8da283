import type { Caller, CallerIdentity } from './caller.ts';
import type { MeshCode, MeshError } from './errors.ts';
import type { CallContext } from './trace-context.ts';

/** What a handler knows of the call it answers; also the `parent` of the calls it makes. */
export type Call = CallContext & {
  readonly caller: Caller;
  readonly path: string;
  /** Unique on this server; also the number that an internal error shows to the caller. */
  readonly callId: string;
};

/** A call that begins. What the listener returns is the call's own `traceparent` (a new span of the incoming trace). */
export type CallStart = { path: string; callId: string; requestId: string; traceparent?: string };

/** A call that ended. `caller` is absent when it was refused before it was known. */
export type CallEvent = CallStart & {
  caller?: Caller;
  code: MeshCode | 'OK';
  reason?: string;
  durationMs: number;
};

/** A call whose answer will be an error. `caller` is absent when the certificate names nobody, `request` when it was not read. */
export type RefusedCall = {
  path: string;
  callId: string;
  traceparent?: string;
  caller?: CallerIdentity;
  request?: unknown;
  error: MeshError;
};

export type CallListeners = {
  onCallStart?: (start: CallStart) => string | undefined;
  onCall?: (event: CallEvent) => void;
  /**
   * Awaited before the error of admission, reading or handler is answered; what it rejects with is answered instead. For
   * entries that must be durable first. Deadline, cancellation and stop do not wait for it.
   */
  beforeRefusal?: (refused: RefusedCall) => Promise<void>;
  /** Told once of every error that is nobody's answer, with its cause. */
  onError?: (error: unknown, context: { path: string; callId: string; caller?: string }) => void;
};
