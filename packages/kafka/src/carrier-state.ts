import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterAddress, clientAt } from './cluster-admin.ts';

/** What MirrorMaker last said of one of its parts. */
export interface CarrierState {
  /** Such as MirrorSourceConnector. */
  connector: string;
  /** Undefined = the connector itself, else the number of its task. */
  task: number | undefined;
  /** RUNNING, FAILED, PAUSED, UNASSIGNED, RESTARTING … as Kafka Connect names them. */
  state: string;
  /** Stack trace of a failure. */
  trace: string | undefined;
  /** When it was said, by MirrorMaker's clock. */
  at: Date;
}

export interface CarrierWatchOptions {
  /** The cluster that the flow writes to: there MirrorMaker keeps its state. */
  target: ClusterAddress;
  /** Alias of the cluster that the flow reads from. */
  source: string;
  onState?: (state: CarrierState) => void;
  /** The state cannot be read at present; reading goes on by itself. */
  onError?: (error: unknown) => void;
}

export interface CarrierWatch {
  /** The newest state of each part, oldest first; empty until MirrorMaker has said something. */
  states(): CarrierState[];
  stop(): Promise<void>;
}

/** Consumer groups of watchers start with this, so that an ACL can name them. */
export function carrierGroupPrefix(source: string): string {
  return `lianzheng.carrier.${source}.`;
}

export function carrierTopic(source: string): string {
  return `mm2-status.${source}.internal`;
}

/**
 * Follows `mm2-status.<source>.internal` from its start: a task of MirrorMaker that failed stays dead while its process lives,
 * and only this topic tells. Waits for the topic and outlives losses of the cluster.
 */
export function watchCarrierState({ target, source, onState, onError }: CarrierWatchOptions): CarrierWatch {
  const newest = new Map<string, CarrierState>();
  const stopping = new AbortController();

  const take = (key: string, value: Buffer | null, timestamp: string) => {
    const state = parseCarrierState(key, value, timestamp);
    newest.delete(key); // Inserted again behind the others: oldest first.
    if (!state) return;
    newest.set(key, state);
    onState?.(state);
  };

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await follow(target, source, take, stopping.signal);
      } catch (error) {
        if (!stopping.signal.aborted) onError?.(error);
      }
      await delay(500, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    states: () => [...newest.values()],
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** One consumer's life: from the start of the topic until it crashes (throws) or is stopped (returns). */
async function follow(
  target: ClusterAddress,
  source: string,
  take: (key: string, value: Buffer | null, timestamp: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const client = clientAt(target, `lianzheng-carrier-${source}`);
  const topic = carrierTopic(source);
  if (!(await topicExists(client, topic))) return;
  const consumer = client.consumer({
    groupId: `${carrierGroupPrefix(source)}${randomUUID()}`,
    sessionTimeout: 10_000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { retries: 0, restartOnFailure: async () => false },
  });
  const crashed = new Promise<never>((_, reject) =>
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error)),
  );
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { signal: over.signal }),
  );
  crashed.catch(() => undefined); // It may also come while connecting, which throws on its own.
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) =>
        take(message.key?.toString('utf8') ?? '', message.value, message.timestamp),
    });
    await Promise.race([crashed, stopped]);
  } finally {
    over.abort();
    await consumer.disconnect();
  }
}

async function topicExists(client: ReturnType<typeof clientAt>, topic: string): Promise<boolean> {
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.listTopics()).includes(topic);
  } finally {
    await admin.disconnect();
  }
}

/** A record of the status topic; undefined for tombstones and for keys that are not a connector's or a task's. */
export function parseCarrierState(
  key: string,
  value: Buffer | null,
  timestamp: string,
): CarrierState | undefined {
  const [, connectorOnly, connectorOfTask, task] =
    /^status-(?:connector-(.+)|task-(.+)-(\d+))$/.exec(key) ?? [];
  const connector = connectorOnly ?? connectorOfTask;
  if (!connector || !value) return undefined;
  const record: unknown = parseJson(value.toString('utf8'));
  if (typeof record !== 'object' || record === null || !('state' in record)) return undefined;
  const { state, trace } = record as { state: unknown; trace?: unknown };
  return {
    connector,
    task: task === undefined ? undefined : Number(task),
    state: String(state),
    trace: typeof trace === 'string' && trace !== '' ? trace : undefined,
    at: new Date(Number(timestamp)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The carrier is not trusted: what is not JSON says nothing.
  }
}
