import type { Database } from '@lianzheng/db';
import { type Clock, type Loop, startLoop } from '@lianzheng/runtime';
import type { Events } from './events.ts';
import { sweepJobs } from './store/import-jobs.ts';
import { sweepRequests } from './store/requests.ts';

/** A request id may be used again after so long. */
export const KEPT_MS = 90 * 86_400_000;
const AT_ONCE = 5_000;
/** A job has a batch for each thousand rows. */
const JOBS_AT_ONCE = 10;

export function startSweep(options: { database: Database; clock: Clock; events: Events }): Loop {
  const { database, clock, events } = options;
  return startLoop({
    name: 'sweep requests and imports',
    idleMs: 3_600_000,
    onError: events.sweepFailed,
    async run() {
      const before = new Date(clock.nowMs() - KEPT_MS);
      const count = await database.tx((tx) => sweepRequests(tx, before, AT_ONCE));
      const jobs = await database.tx((tx) => sweepJobs(tx, before, JOBS_AT_ONCE));
      if (count + jobs > 0) events.swept(count, jobs);
      return count === AT_ONCE || jobs === JOBS_AT_ONCE ? 'again' : 'idle';
    },
  });
}
