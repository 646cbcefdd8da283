/** Lets `perSecond` through on average and up to `burst` at once. Times in ms of one clock that does not go back. */
export type TokenBucket = {
  /** Takes all of `count` or none. 0 = taken, otherwise how many ms to wait until it can be. */
  take(count: number, nowMs: number): number;
};

export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst;
  let filledMs: number | undefined;
  return {
    take(count, nowMs) {
      const passedMs = Math.max(0, nowMs - (filledMs ?? nowMs));
      tokens = Math.min(burst, tokens + (passedMs * perSecond) / 1000);
      filledMs = Math.max(filledMs ?? nowMs, nowMs);
      if (count > tokens) return Math.ceil(((Math.min(count, burst) - tokens) * 1000) / perSecond) || 1;
      tokens -= count;
      return 0;
    },
  };
}
