import { setImmediate } from 'node:timers/promises';

/** `items.map(each)`, `atOnce` of them in one turn of the event loop. Ends early with the signal's reason. */
export type Slices = <T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  each: (item: T) => R,
) => Promise<R[]>;

/**
 * However many calls there are, a turn does one slice of one of them: thousands of signatures hold up no checkpoint.
 * Calls take turns.
 */
export function createSlices(): Slices {
  let last: Promise<void> = Promise.resolve();

  function nextTurn(): Promise<void> {
    last = last.then(() => setImmediate());
    return last;
  }

  return async (items, atOnce, signal, each) => {
    const results: ReturnType<typeof each>[] = [];
    for (let start = 0; start < items.length; start += atOnce) {
      await nextTurn();
      signal.throwIfAborted();
      for (const item of items.slice(start, start + atOnce)) results.push(each(item));
    }
    return results;
  };
}
