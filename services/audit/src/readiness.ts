import type { Database } from '@lianzheng/db';
import type { Relay } from '@lianzheng/log';
import { isMeshError } from '@lianzheng/rpc';
import { startLoop } from '@lianzheng/runtime';
import type { Events } from './events.ts';
import type { Signature } from './signature.ts';

type Parts = {
  database: Database;
  signature: Signature;
  relay: Relay;
  events: Events;
  setServing(serving: boolean): void;
};

const everyMs = 500;

/**
 * Ready = own database and signature answer (logs.md §8). A log that needs a new generation does not hold that up: entries
 * are taken and wait for their numbers.
 */
export function watchReadiness({ database, signature, relay, events, setServing }: Parts) {
  let ready: boolean | undefined;
  let heldUp = false;

  async function whyNot(): Promise<string | undefined> {
    try {
      await database.read((reader) => reader.row('SELECT 1 AS one'));
    } catch (error) {
      if (isMeshError(error)) return 'database';
      throw error;
    }
    return relay.ready() || signature.answers() ? undefined : 'signature';
  }

  function tell(why: string | undefined): void {
    const now = why === undefined;
    if (now === ready) return;
    ready = now;
    setServing(now);
    if (now) events.becameReady();
    else events.becameUnready(why);
  }

  function tellLog(): void {
    const stuck = relay.state().startsWith('stuck');
    if (stuck && !heldUp) events.logHeldUp(relay.state());
    heldUp = stuck;
  }

  return startLoop({
    name: 'readiness',
    idleMs: everyMs,
    onError: events.readinessUnknown,
    async run() {
      tell(await whyNot());
      tellLog();
      return 'idle';
    },
  });
}
