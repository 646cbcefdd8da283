import pg from 'pg';
import type { Reader } from './tx.ts';

export type OnHint = (payload: string) => void;

export interface Listener {
  listen(channel: string, onHint: OnHint): () => void;
  close(): Promise<void>;
}

const reconnectMinMs = 100;
const reconnectMaxMs = 5_000;

/** One connection for all channels, opened with the first and opened again whenever it is lost. */
export function createListener(options: pg.ClientConfig): Listener {
  const subscribers = new Map<string, Set<OnHint>>();
  const closing = new AbortController();
  let changed = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;

  function hint(channel: string, payload: string) {
    for (const onHint of subscribers.get(channel) ?? []) onHint(payload);
  }

  async function run() {
    let pauseMs = reconnectMinMs;
    while (!closing.signal.aborted) {
      const wasConnected = await listenUntilLost();
      if (closing.signal.aborted) return;
      pauseMs = wasConnected ? reconnectMinMs : Math.min(pauseMs * 2, reconnectMaxMs);
      await pause(pauseMs * (0.5 + Math.random() / 2), closing.signal);
    }
  }

  async function listenUntilLost(): Promise<boolean> {
    const client = new pg.Client(options);
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => {});
    client.on('notification', ({ channel, payload }) => hint(channel, payload ?? ''));
    let connected = false;
    let lost = false;
    void ended.then(() => {
      lost = true;
    });
    try {
      await client.connect();
      connected = true;
      const listening = new Set<string>();
      while (!lost && !closing.signal.aborted) {
        changed = Promise.withResolvers();
        for (const channel of [...subscribers.keys()].filter((name) => !listening.has(name))) {
          await client.query(`LISTEN ${channel}`);
          listening.add(channel);
          hint(channel, '');
        }
        await Promise.race([ended, changed.promise]);
      }
    } catch {
      // The database is away: hints are not promised, and whoever needs the database reports it.
    }
    await client.end().catch(() => {});
    return connected;
  }

  return {
    listen(channel, onHint) {
      if (!/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) throw new Error(`not a channel name: ${channel}`);
      const known = subscribers.get(channel) ?? new Set();
      subscribers.set(channel, known.add(onHint));
      running ??= run();
      changed.resolve();
      return () => void known.delete(onHint);
    },
    async close() {
      closing.abort();
      changed.resolve();
      await running;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/**
 * Sends a hint when the transaction commits. PostgreSQL lets such commits through one at a time, so group commit is
 * lost: for hot paths wake the loop in the same process instead and notify from the loop.
 */
export async function notify(tx: Reader, channel: string, payload = ''): Promise<void> {
  await tx.rows('SELECT pg_notify($1, $2)', [channel, payload]);
}
