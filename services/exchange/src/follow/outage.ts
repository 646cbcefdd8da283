import type { Logger } from '@lianzheng/runtime';

const REMIND_MS = 60_000;

/** Logs an outage when it begins or changes, and as a reminder every minute: what retries twice a second must not fill a disk. */
export function outageLog(
  logger: Logger,
  what: string,
): (error: unknown, detail?: Record<string, unknown>) => void {
  let last = { text: '', atMs: 0 };
  return (error, detail = {}) => {
    const text = error instanceof Error ? error.message : String(error);
    const nowMs = performance.now();
    if (text === last.text && nowMs - last.atMs < REMIND_MS) return;
    last = { text, atMs: nowMs };
    logger.warn({ ...detail, reason: text }, what);
  };
}
