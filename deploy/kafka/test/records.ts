import { setTimeout as delay } from 'node:timers/promises';
import { startConsumer } from '@lianzheng/kafka';
import { type ClusterAddress, clientAt } from '@lianzheng/kafka/cluster-admin';

/** One acknowledged send of several records. */
export async function send(at: ClusterAddress, topic: string, values: string[]): Promise<void> {
  const producer = clientAt(at, 'test').producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

/** A topic's records from its start, as far as they come until `enough` says so. */
export async function readUntil(
  at: ClusterAddress,
  topic: string,
  enough: (values: string[]) => boolean,
): Promise<string[]> {
  const values: string[] = [];
  const consumer = startConsumer({
    cluster: at,
    clientId: 'test',
    groupPrefix: 'test',
    topics: [topic],
    from: async () => 0n,
    onBatch: async ({ records }) => void values.push(...records.map(({ value }) => String(value))),
    onError: () => undefined, // It goes on by itself; what counts is what arrives.
  });
  try {
    await until(() => enough(values), `${topic} bore ${values.length} records, not what was expected`);
  } finally {
    await consumer.stop();
  }
  return values;
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  otherwise: string,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${otherwise}`);
    await delay(25);
  }
}
