import { randomUUID } from 'node:crypto';
import { type Client, clientAt } from './client.ts';
import type { ConsumerOptions, Wanted } from './consumer.ts';
import { createReading, type Reading } from './reading.ts';

type Admin = ReturnType<Client['admin']>;
type KafkaConsumer = ReturnType<Client['consumer']>;

/**
 * One connection, from the look at which topics exist until that set or the wanted one changes or the consumer stops
 * (resolves), or until it crashes (rejects). kafkajs cannot add topics to a consumer that runs: another change, another life.
 */
export async function consumeOnce(
  options: ConsumerOptions,
  wanted: Wanted,
  stop: AbortSignal,
): Promise<void> {
  const client = clientAt(options.cluster, options.clientId);
  const admin = client.admin();
  try {
    await admin.connect();
    const topics = await presentTopics(admin, wanted);
    if (topics.length > 0) {
      await consume(client, admin, topics, options, wanted, stop);
    } else {
      wanted.tell({ phase: 'waiting', topics });
      await untilTopicsDiffer(admin, topics, options, wanted, stop);
    }
  } finally {
    await admin.disconnect();
  }
}

async function consume(
  client: Client,
  admin: Admin,
  topics: readonly string[],
  options: ConsumerOptions,
  wanted: Wanted,
  stop: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const consumer = createConsumer(client, options);
  const reading = createReading(consumer, options, wanted, signal);
  const crashed = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  // It may come while connecting, which throws on its own, or when nobody waits any more.
  crashed.catch(() => {});
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    reading.joined(Object.keys(payload.memberAssignment));
    wanted.tell({ phase: 'consuming', topics });
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // No topic's batch waits for another's to be done with.
      partitionsConsumedConcurrently: Math.max(1, topics.length),
      eachBatch: reading.eachBatch,
    });
    const differ = untilTopicsDiffer(admin, topics, options, wanted, signal, reading);
    await Promise.race([crashed, differ]);
  } finally {
    over.abort(new Error('connection given up'));
    await consumer.disconnect();
    await reading.ended();
  }
}

function createConsumer(client: Client, options: ConsumerOptions): KafkaConsumer {
  const { groupPrefix, maxBytesPerTopic = 1_048_576, maxBytes = 4_194_304 } = options;
  return client.consumer({
    groupId: `${groupPrefix}.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: maxBytesPerTopic,
    maxBytes,
    maxWaitTimeInMs: 100,
    // Short troubles are kafkajs's; after a crash the next life begins, with nothing stale.
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 3, restartOnFailure: async () => false },
  });
}

async function untilTopicsDiffer(
  admin: Admin,
  topics: readonly string[],
  { refreshMs = 1_000 }: ConsumerOptions,
  wanted: Wanted,
  signal: AbortSignal,
  reading?: Reading,
): Promise<void> {
  while (!signal.aborted) {
    await wanted.changeWithin(isComplete(wanted.topics(), topics) ? Infinity : refreshMs, signal);
    if (signal.aborted) return;
    reading?.release();
    const present = await presentTopics(admin, wanted);
    if (present.length !== topics.length || present.some((topic) => !topics.includes(topic))) return;
  }
}

async function presentTopics(admin: Admin, wanted: Wanted): Promise<string[]> {
  const names = await admin.listTopics();
  const topics = wanted.topics();
  return names.filter((name) => (topics instanceof RegExp ? topics.test(name) : topics.includes(name)));
}

/** Whether no further topic can appear. */
function isComplete(wanted: readonly string[] | RegExp, topics: readonly string[]): boolean {
  return !(wanted instanceof RegExp) && wanted.every((topic) => topics.includes(topic));
}
