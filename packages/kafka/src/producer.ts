import { createBackoff, pause } from '@lianzheng/runtime';
import { type Client, type ClusterAddress, clientAt } from './client.ts';
import { type OutgoingRecord, splitIntoRequests, toMessage } from './record.ts';

export interface ProducerOptions {
  readonly cluster: ClusterAddress;
  readonly clientId: string;
  /** Each failed attempt; sending goes on by itself. */
  onError(error: unknown): void;
}

export interface SendOptions {
  /** Ends the attempts: the promise rejects with the signal's reason, and whether the records arrived is unknown. */
  readonly signal?: AbortSignal;
}

export interface Producer {
  /**
   * Resolves when the cluster has acknowledged all records. Until then the same records are sent again after every failure, so
   * that records may arrive twice; readers go by the sequence inside. Sends run one after another, in the order of the calls.
   */
  send(topic: string, records: readonly OutgoingRecord[], options?: SendOptions): Promise<void>;
  /** Whether the last attempt reached the cluster. */
  connected(): boolean;
  /** Ends what is being sent, with an error for its caller. */
  close(): Promise<void>;
}

type KafkaProducer = ReturnType<Client['producer']>;

/** Connects with the first send; a cluster that is away delays sends and nothing else. */
export function createProducer({ cluster, clientId, onError }: ProducerOptions): Producer {
  const client = clientAt(cluster, clientId);
  const closing = new AbortController();
  let producer: KafkaProducer | undefined;
  let last: Promise<unknown> = Promise.resolve();

  // Not idempotent: that mode rolls its sequence back on failure and can silently drop a later batch.
  async function connect(): Promise<KafkaProducer> {
    const fresh = client.producer({
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await fresh.connect();
    return fresh;
  }

  async function attempt(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    try {
      producer ??= await connect();
      await producer.send({ topic, acks: -1, messages: records.map(toMessage) });
    } catch (error) {
      // A fresh one knows nothing stale; the old one ends by itself when its last request has timed out.
      producer?.disconnect().catch(() => {});
      producer = undefined;
      throw error;
    }
  }

  async function sendRequest(
    topic: string,
    records: readonly OutgoingRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    const backoff = createBackoff({ minMs: 50, maxMs: 500 });
    for (;;) {
      signal.throwIfAborted();
      try {
        return await attempt(topic, records);
      } catch (error) {
        if (!signal.aborted) onError(error);
        await pause(backoff.nextMs(), signal);
      }
    }
  }

  return {
    async send(topic, records, { signal: callers } = {}) {
      const signal = callers ? AbortSignal.any([callers, closing.signal]) : closing.signal;
      const before = last;
      const work = (async () => {
        await before;
        for (const request of splitIntoRequests(records)) await sendRequest(topic, request, signal);
      })();
      last = work.catch(() => {});
      await orAborted(work, signal);
    },
    connected: () => producer !== undefined,
    async close() {
      closing.abort(new Error('producer closed'));
      await producer?.disconnect().catch(() => {});
      await last;
    },
  };
}

/** Rejects at the abort without waiting for an attempt that may take its whole time limit. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
