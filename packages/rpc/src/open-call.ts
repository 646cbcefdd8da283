import { randomBytes } from 'node:crypto';
import type { Admission } from './admission.ts';
import type { Call, CallEvent, CallListeners } from './call.ts';
import type { Caller, CallerIdentity } from './caller.ts';
import type { ServerCall } from './connection.ts';
import { cancelled, deadlineExceeded, isMeshError, MeshError } from './errors.ts';
import { readContext } from './trace-context.ts';

export type CallRules = CallListeners & {
  admission: Admission;
  capMs: number;
  active: Set<OpenCall>;
};

/**
 * One call under way on the server, from its headers to its one answer. A plain record, not a set of closures: there is
 * one for each call, and what it keeps alive is what a call costs.
 */
export type OpenCall = {
  readonly grpcCall: ServerCall;
  readonly path: string;
  readonly rules: CallRules;
  readonly refuse: (error: MeshError) => void;
  readonly callId: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
  readonly deadline: Date;
  readonly controller: AbortController;
  readonly startedMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Absent until admitted. */
  caller: Caller | undefined;
  /** The request that was read, for `beforeRefusal`. */
  request: unknown;
  settled: boolean;
};

/** `refuse` answers with an error; it is called at most once, and only when nothing else has answered. */
export function openCall(
  grpcCall: ServerCall,
  path: string,
  rules: CallRules,
  refuse: (error: MeshError) => void,
): OpenCall {
  const callId = nextCallId();
  const { requestId, traceparent } = readContext(grpcCall.metadata, callId);
  const now = Date.now();
  const asked = Number(grpcCall.getDeadline());
  const open: OpenCall = {
    grpcCall,
    path,
    rules,
    refuse,
    callId,
    requestId,
    traceparent: rules.onCallStart?.({ path, callId, requestId, traceparent }) ?? traceparent,
    deadline: new Date(Math.min(asked, now + rules.capMs)),
    controller: new AbortController(),
    startedMs: performance.now(),
    timer: undefined,
    caller: undefined,
    request: undefined,
    settled: false,
  };
  // grpc-js minds the caller's deadline itself; ours is needed where it is absent or beyond the cap.
  if (asked > now + rules.capMs) open.timer = setTimeout(onCap, rules.capMs, open).unref();
  rules.active.add(open);
  grpcCall.on('cancelled', () => onCancelled(open));
  return open;
}

// A client whose deadline has passed resets the stream, often just before our own timer sees it.
const earlyMs = 20;

function onCap(open: OpenCall): void {
  abortCall(open, deadlineExceeded());
}

/** grpc-js emits `cancelled` also after an answer; by then the call is settled. */
function onCancelled(open: OpenCall): void {
  if (open.settled) return;
  const late = Date.now() + earlyMs >= open.deadline.getTime();
  abortCall(open, late ? deadlineExceeded() : cancelled());
}

export function handlerCall(open: OpenCall, caller: Caller): Call {
  const { path, callId, requestId, traceparent, deadline, controller } = open;
  return { caller, signal: controller.signal, deadline, traceparent, path, callId, requestId };
}

/** True exactly once: whoever gets it may answer. Ends the bookkeeping of the call. */
export function settleCall(open: OpenCall, outcome: MeshError | 'OK'): boolean {
  if (open.settled) return false;
  open.settled = true;
  clearTimeout(open.timer);
  open.rules.active.delete(open);
  report(open, outcome);
  return true;
}

/** A listener that fails must not cost the caller its answer. */
function report(open: OpenCall, outcome: MeshError | 'OK'): void {
  const { onCall, onError } = open.rules;
  try {
    onCall?.(eventOf(open, outcome));
  } catch (error) {
    onError?.(error, { path: open.path, callId: open.callId, caller: open.caller?.uri });
  }
}

function eventOf(open: OpenCall, outcome: MeshError | 'OK'): CallEvent {
  const { path, callId, requestId, traceparent, caller, startedMs } = open;
  const durationMs = performance.now() - startedMs;
  const event: CallEvent = { path, callId, requestId, traceparent, caller, code: 'OK', durationMs };
  if (outcome !== 'OK') {
    event.code = outcome.code;
    event.reason = outcome.reason;
  }
  return event;
}

/** Ends the call with `error` now, whether or not the handler minds its signal. */
export function abortCall(open: OpenCall, error: MeshError): void {
  if (!settleCall(open, error)) return;
  open.controller.abort(error);
  open.refuse(error);
}

/** Ends the call with what the caller is told for something thrown, after `beforeRefusal`. Never rejects. */
export async function failCall(open: OpenCall, thrown: unknown): Promise<void> {
  let error = toldFor(open, thrown);
  const { path, callId, traceparent, request, rules } = open;
  if (!open.settled && rules.beforeRefusal) {
    const caller = open.caller ?? identityOf(open);
    try {
      await rules.beforeRefusal({ path, callId, traceparent, caller, request, error });
    } catch (instead) {
      error = toldFor(open, instead);
    }
  }
  abortCall(open, error);
}

/** What the caller is told for something thrown; what is nobody's answer goes to `onError`. */
function toldFor({ controller, rules, path, callId, caller }: OpenCall, thrown: unknown): MeshError {
  if (isMeshError(thrown) && thrown.code !== 'INTERNAL') return thrown;
  // What a handler throws because its call is over is not news; anything else is, also then.
  const echo = controller.signal.aborted && (thrown === controller.signal.reason || isAbortError(thrown));
  if (!echo) rules.onError?.(thrown, { path, callId, caller: caller?.uri });
  return new MeshError('INTERNAL', `内部错误，编号 ${callId} / internal error, number ${callId}`, {
    reason: isMeshError(thrown) ? thrown.reason : 'INTERNAL',
  });
}

function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError');
}

/** Who calls, also when it may not. */
function identityOf({ rules, grpcCall }: OpenCall): CallerIdentity | undefined {
  try {
    return rules.admission.identify(grpcCall);
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
