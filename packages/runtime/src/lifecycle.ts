import type { Running } from './run.ts';

/**
 * Parts that are closed in reverse order of their making, also when making a later one fails:
 *
 *   await using parts = new AsyncDisposableStack();
 *   const db = closing(parts, openDatabase(…), (it) => it.close());
 *   …
 *   return running(parts.move());
 */
export function closing<T>(
  parts: AsyncDisposableStack,
  part: T,
  close: (part: T) => Promise<void> | void,
): T {
  parts.adopt(part, close);
  return part;
}

/** What start() returns: stop() closes the parts once; every call waits until they are closed. */
export function running<T extends object>(parts: AsyncDisposableStack, more?: T): Running & T {
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= parts.disposeAsync();
    return stopped;
  };
  return { ...(more as T), stop };
}
