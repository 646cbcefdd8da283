import type { Database } from '@lianzheng/db';
import { type Loop, startLoop, startPause } from '@lianzheng/runtime';
import type { Events } from './events.ts';

export type ReadinessOptions = {
  database: Pick<Database, 'read'>;
  events: Pick<Events, 'becameReady' | 'becameUnready' | 'readinessUnknown'>;
  setServing(serving: boolean): void;
  everyMs?: number;
};

/** A database that is slower than this does not answer, also where its connections stand. */
const answerWithinMs = 3_000;

/** Ready = the own database answers. To be behind others, or without Kafka, is freshness (logs.md §8). */
export function watchReadiness({ database, events, setServing, everyMs = 500 }: ReadinessOptions): Loop {
  let ready: boolean | undefined;
  let asking: Promise<boolean> | undefined;

  function ask(): Promise<boolean> {
    // One question at a time: a database that hangs must not use up the pool.
    asking ??= database
      .read((reader) => reader.row('SELECT 1 AS one'))
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  return startLoop({
    name: 'readiness',
    idleMs: everyMs,
    onError: events.readinessUnknown,
    async run(signal) {
      const limit = startPause(answerWithinMs, signal);
      const now = await Promise.race([ask(), limit.over.then(() => false)]);
      limit.end();
      if (signal.aborted || now === ready) return 'idle';
      ready = now;
      setServing(now);
      if (now) events.becameReady();
      else events.becameUnready();
      return 'idle';
    },
  });
}
