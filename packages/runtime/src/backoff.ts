export interface BackoffOptions {
  readonly minMs?: number;
  readonly maxMs?: number;
}

/** Pauses that double up to a limit, each drawn between half and all of it, so that many who failed do not return at once. */
export interface Backoff {
  nextMs(): number;
  reset(): void;
}

export function createBackoff({ minMs = 50, maxMs = 5_000 }: BackoffOptions = {}): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
      failures += 1;
      return ceilingMs * (0.5 + Math.random() / 2);
    },
    reset() {
      failures = 0;
    },
  };
}

export interface Pause {
  readonly over: Promise<void>;
  end(): void;
}

/** The longest that a timer takes; longer ones fire at once. */
const longestMs = 2 ** 31 - 1;

/** Over after `ms` (Infinity: never by itself), at the signal's abort or at end(), whichever is first; never rejects. */
export function startPause(ms: number, signal?: AbortSignal): Pause {
  if (signal?.aborted) return { over: Promise.resolve(), end() {} };
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(end, Math.min(ms, longestMs));
  signal?.addEventListener('abort', end);
  function end() {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    resolve();
  }
  return { over, end };
}

/** Resolves after `ms` or at the signal's abort, whichever is first; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return startPause(ms, signal).over;
}
