import type { Database } from '@lianzheng/db';
import { type Clock, type Loop, startLoop } from '@lianzheng/runtime';
import type { Events } from './events.ts';
import { sweepRequests } from './store/requests.ts';

/** A request id may be used again after so long. */
export const KEPT_MS = 90 * 86_400_000;
const AT_ONCE = 5_000;

export function startSweep(options: { database: Database; clock: Clock; events: Events }): Loop {
  const { database, clock, events } = options;
  return startLoop({
    name: 'sweep requests',
    idleMs: 3_600_000,
    onError: events.sweepFailed,
    async run() {
      const before = new Date(clock.nowMs() - KEPT_MS);
      const count = await database.tx((tx) => sweepRequests(tx, before, AT_ONCE));
      if (count > 0) events.requestsSwept(count);
      return count === AT_ONCE ? 'again' : 'idle';
    },
  });
}
