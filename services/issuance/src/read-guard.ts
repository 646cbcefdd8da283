import type { Reader } from '@lianzheng/db';
import type { Relay } from '@lianzheng/log';
import { unavailable } from '@lianzheng/rpc/errors';

/** Lets state be read where it cannot be an old one. */
export type ReadGuard = (reader: Reader) => Promise<void>;

/**
 * Until the own log was compared with what others hold of it, the state here may be that of an old backup, and nothing is
 * answered from it. Afterwards reading goes on also while the relay cannot work, say because the signature service is away,
 * as long as the log here never got shorter.
 */
export function createReadGuard(relay: Pick<Relay, 'ready'>): ReadGuard {
  let wasReady = false;
  let known = { generation: 0, size: 0 };
  return async (reader) => {
    wasReady ||= relay.ready();
    const head = await reader.row<{ generation: number; size: number }>(
      'SELECT generation, size FROM log_head',
      [],
      { name: 'read_guard' },
    );
    const shorter =
      !head ||
      head.generation < known.generation ||
      (head.generation === known.generation && head.size < known.size);
    if (!wasReady || (shorter && !relay.ready())) throw logRecovering();
    known = head ?? known;
  };
}

export function logRecovering() {
  return unavailable('LOG_RECOVERING', '日志正在核对 / the own log is being compared', {
    retryAfterMs: 1_000,
  });
}
