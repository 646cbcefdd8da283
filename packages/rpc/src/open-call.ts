import { randomBytes } from 'node:crypto';
import type { Admission } from './admission.ts';
import type { Caller, CallerIdentity } from './caller.ts';
import type { ServerCall } from './connection.ts';
import { cancelled, deadlineExceeded, isMeshError, type MeshCode, MeshError } from './errors.ts';
import { type CallContext, readContext } from './trace-context.ts';

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

/** One call under way on the server, from its headers to its one answer. */
export type OpenCall = {
  readonly context: Omit<Call, 'caller'>;
  readonly admitted: () => Caller | Promise<Caller>;
  /** The request that was read, for `fail`. */
  received(request: unknown): void;
  /** True exactly once: whoever gets it may answer. Ends the bookkeeping of the call. */
  settle(outcome: MeshError | 'OK'): boolean;
  settled(): boolean;
  /** Ends the call with `error` now, whether or not the handler minds its signal. */
  abort(error: MeshError): void;
  /** Ends the call with what the caller is told for something thrown, after `beforeRefusal`. */
  fail(thrown: unknown): void;
};

export type CallRules = CallListeners & {
  admission: Admission;
  capMs: number;
  active: Set<OpenCall>;
};

export function openCall(
  grpcCall: ServerCall,
  path: string,
  rules: CallRules,
  refuse: (error: MeshError) => void,
): OpenCall {
  const startedMs = performance.now();
  const controller = new AbortController();
  const callId = nextCallId();
  const carried = readContext(grpcCall.metadata, callId);
  const start: CallStart = { path, callId, requestId: carried.requestId, traceparent: carried.traceparent };
  const traceparent = rules.onCallStart?.(start) ?? carried.traceparent;
  const { deadline, timer } = capDeadline(grpcCall, rules.capMs, () => open.abort(deadlineExceeded()));
  let caller: Caller | undefined;
  let request: unknown;
  let settled = false;

  /** What the caller is told for something thrown. */
  function told(thrown: unknown): MeshError {
    if (isMeshError(thrown) && thrown.code !== 'INTERNAL') return thrown;
    // What a handler throws because its call is over is not news; anything else is, also then.
    const echo = controller.signal.aborted && (thrown === controller.signal.reason || isAbortError(thrown));
    if (!echo) rules.onError?.(thrown, { path, callId, caller: caller?.uri });
    return new MeshError('INTERNAL', `内部错误，编号 ${callId} / internal error, number ${callId}`, {
      reason: isMeshError(thrown) ? thrown.reason : 'INTERNAL',
    });
  }

  const open: OpenCall = {
    context: { path, callId, requestId: carried.requestId, traceparent, deadline, signal: controller.signal },
    admitted() {
      const answer = rules.admission.admit(grpcCall, path);
      if (!(answer instanceof Promise)) {
        caller = answer;
        return answer;
      }
      return answer.then((known) => {
        caller = known;
        return known;
      });
    },
    received(read) {
      request = read;
    },
    settled: () => settled,
    settle(outcome) {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      rules.active.delete(open);
      const ok = outcome === 'OK';
      rules.onCall?.({
        ...start,
        traceparent,
        caller,
        code: ok ? 'OK' : outcome.code,
        reason: ok ? undefined : outcome.reason,
        durationMs: performance.now() - startedMs,
      });
      return true;
    },
    abort(error) {
      if (!open.settle(error)) return;
      controller.abort(error);
      refuse(error);
    },
    fail(thrown) {
      const error = told(thrown);
      if (settled || !rules.beforeRefusal) return open.abort(error);
      const refused = {
        path,
        callId,
        traceparent,
        caller: caller ?? identityOf(rules, grpcCall),
        request,
        error,
      };
      rules.beforeRefusal(refused).then(
        () => open.abort(error),
        (instead) => open.abort(told(instead)),
      );
    },
  };

  rules.active.add(open);
  // grpc-js emits this also after an answer; by then the call is settled.
  grpcCall.on('cancelled', () => {
    if (settled) return;
    const late = Date.now() + earlyMs >= deadline.getTime();
    open.abort(late ? deadlineExceeded() : cancelled());
  });
  return open;
}

/** Who calls, also when it may not. */
function identityOf({ admission }: CallRules, grpcCall: ServerCall): CallerIdentity | undefined {
  try {
    return admission.identify(grpcCall);
  } catch {
    // Then this is why the call is refused.
    return undefined;
  }
}

// A random number for each call costs more than the rest of this file.
const processId = randomBytes(8).toString('hex');
let calls = 0;

function nextCallId(): string {
  calls += 1;
  return `${processId}-${calls.toString(36)}`;
}

// A client whose deadline has passed resets the stream, often just before our own timer sees it.
const earlyMs = 20;

/** grpc-js minds the caller's deadline itself; ours is needed where it is absent or beyond the cap. */
function capDeadline(grpcCall: ServerCall, capMs: number, onCap: () => void) {
  const now = Date.now();
  const asked = Number(grpcCall.getDeadline());
  if (asked <= now + capMs) return { deadline: new Date(asked), timer: undefined };
  const timer = setTimeout(onCap, capMs);
  timer.unref();
  return { deadline: new Date(now + capMs), timer };
}

function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError');
}
