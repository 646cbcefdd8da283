import { ConfigError } from './config.ts';
import type { Env } from './settings.ts';

/** Where all time comes from: never Date.now(), never SQL now(). */
export interface Clock {
  now(): Date;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

export interface TestClock extends Clock {
  advance(ms: number): void;
  set(at: Date): void;
}

function clockOf(nowMs: () => number): Clock {
  return { nowMs, now: () => new Date(nowMs()) };
}

/** The machine's clock; LZ_CLOCK_OFFSET_MS shifts it, in tests only (LZ_TEST=1). */
export function systemClock({ env = {} }: { env?: Env } = {}): Clock {
  const text = env.LZ_CLOCK_OFFSET_MS;
  if (text === undefined || text === '') return clockOf(Date.now);
  const expected = '整数毫秒 a whole number of milliseconds';
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new ConfigError([{ name: 'LZ_CLOCK_OFFSET_MS', wrong: '不是整数 not a whole number', expected }]);
  }
  if (env.LZ_TEST !== '1') {
    throw new ConfigError([
      { name: 'LZ_CLOCK_OFFSET_MS', wrong: '仅限测试 for tests only', expected: 'LZ_TEST=1' },
    ]);
  }
  const offsetMs = Number(text);
  return clockOf(() => Date.now() + offsetMs);
}

export function fixedClock(at: Date): Clock {
  const ms = at.getTime();
  return clockOf(() => ms);
}

/** Stands still until it is moved. */
export function testClock(at: Date): TestClock {
  let ms = at.getTime();
  return {
    ...clockOf(() => ms),
    advance(by) {
      ms += by;
    },
    set(to) {
      ms = to.getTime();
    },
  };
}
