import type { Broker } from '@lianzheng/deploy-kafka';
import { startConsumer } from '@lianzheng/kafka';
import { topicEnds } from '@lianzheng/kafka/cluster-admin';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import type { MeshNode } from './mesh-node.ts';
import { clusterOf } from './topic-writer.ts';
import { waitUntil } from './wait.ts';

/** Sequences of the entries that stand in a topic of the node's own Kafka, in the order of its records, repeats included. */
export async function sequencesIn(node: MeshNode, topic: string): Promise<number[]> {
  const cluster = await clusterOf(node);
  const ends = await topicEnds(cluster, topic);
  if (!ends) throw new Error(`${node.node} has no topic ${topic}`);
  const sequences: number[] = [];
  let reached = ends.first;
  const consumer = startConsumer({
    cluster,
    clientId: 'reading',
    groupPrefix: 'reading',
    topics: [topic],
    from: async () => reached,
    async onBatch({ records }) {
      sequences.push(...records.flatMap(({ value }) => sequenceOf(value)));
      reached = records.at(-1)!.offset + 1n;
    },
    onError: () => undefined, // It goes on by itself; what counts is how far it comes.
  });
  try {
    await waitUntil(() => reached >= ends.next, {
      timeoutMs: 60_000,
      what: () => `${topic} at ${node.node} read to ${ends.next}; it came to ${reached}`,
    });
  } finally {
    await consumer.stop();
  }
  return sequences;
}

/** Resolves when the topic at that broker holds records that it does not hold yet. */
export async function untilTopicGrows(broker: Broker, topic: string, timeoutMs: number): Promise<void> {
  let from: bigint | undefined;
  await waitUntil(
    async () => {
      const next = (await topicEnds(broker, topic))?.next ?? 0n;
      from ??= next;
      return next > from;
    },
    { timeoutMs, everyMs: 100, what: () => `${topic} at ${broker.name} grows beyond ${from}` },
  );
}

function sequenceOf(value: Buffer | null): number[] {
  try {
    const { record } = LogRecord.decode(value ?? Buffer.alloc(0));
    return record?.$case === 'entry' ? [Number(record.value.sequence)] : [];
  } catch {
    return []; // Not one of ours.
  }
}
