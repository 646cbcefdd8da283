import { setTimeout as delay } from 'node:timers/promises';

export type WaitOptions = {
  timeoutMs: number;
  /** For the error: what did not come true, as it stands at the end. */
  what: string | (() => string);
  everyMs?: number;
};

/**
 * Asks again and again until the answer is neither false nor undefined, and returns it. An answer may throw: it is asked again,
 * and the last error is the cause of the timeout's.
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs, what, everyMs = 25 }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const last = cause instanceof Error ? `: ${cause.message}` : '';
      const missing = typeof what === 'string' ? what : what();
      throw new Error(`not within ${timeoutMs} ms: ${missing}${last}`, { cause });
    }
    await delay(everyMs);
  }
}
