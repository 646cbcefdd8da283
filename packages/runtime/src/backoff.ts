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

/** Resolves after `ms` or at the signal's abort, whichever is first; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
