import { type ClusterAddress, startConsumer, topicEnds } from '@lianzheng/kafka';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import type { Logger } from '@lianzheng/runtime';
import { encodeSide } from './leaf.ts';
import type { OwnTopic } from './owner-sources.ts';
import type { OwnerChunk } from './recovery-case.ts';

/** Checkpoints follow every batch, so the last records hold one. */
const TAIL_RECORDS = 2_000n;

/** Reads what this node published to its own Kafka; anything unreadable ends the reading, it is only one source of several. */
export function ownTopic(options: { cluster: ClusterAddress; topic: string; logger: Logger }): OwnTopic {
  const { cluster, topic, logger } = options;

  async function rangeOf(): Promise<{ first: bigint; next: bigint }> {
    const nothing = { first: 0n, next: 0n };
    try {
      return (await topicEnds(cluster, topic)) ?? nothing;
    } catch (error) {
      logger.info({ topic, err: error }, 'own topic cannot be read');
      return nothing;
    }
  }

  async function* chunks(from: bigint, end: bigint, signal: AbortSignal): AsyncGenerator<OwnerChunk> {
    const queue: OwnerChunk[] = [];
    let arrived = Promise.withResolvers<void>();
    let reached = from;
    const consumer = startConsumer({
      cluster,
      clientId: `lianzheng-own-${topic}`,
      groupPrefix: `lianzheng.own.${topic}`,
      topics: [topic],
      from: async () => reached,
      async onBatch({ records }) {
        queue.push(chunkOf(records.map((record) => record.value)));
        reached = records.at(-1)!.offset + 1n;
        arrived.resolve();
      },
      onError: (error) => logger.info({ topic, err: error }, 'own topic'),
    });
    try {
      while (!signal.aborted) {
        yield* queue.splice(0);
        if (reached >= end) break;
        const timeout = AbortSignal.timeout(5_000);
        const timedOut = new Promise<'late'>((resolve) =>
          timeout.addEventListener('abort', () => resolve('late')),
        );
        if ((await Promise.race([arrived.promise, timedOut])) === 'late') break;
        arrived = Promise.withResolvers();
      }
      yield* queue.splice(0);
    } finally {
      await consumer.stop();
    }
  }

  return {
    async newestNotes(signal) {
      const { first, next } = await rangeOf();
      const from = next - first > TAIL_RECORDS ? next - TAIL_RECORDS : first;
      const notes: Buffer[] = [];
      if (next > from) for await (const chunk of chunks(from, next, signal)) notes.push(...chunk.checkpoints);
      return notes.slice(-5);
    },
    async *read(signal) {
      const { first, next } = await rangeOf();
      if (next > first) yield* chunks(first, next, signal);
    },
  };
}

function chunkOf(values: readonly (Buffer | null)[]): OwnerChunk {
  const chunk: OwnerChunk = { entries: [], checkpoints: [] };
  for (const value of values) {
    const record = decode(value);
    if (record?.$case === 'checkpoint') chunk.checkpoints.push(Buffer.from(record.value));
    if (record?.$case === 'entry') {
      const { sequence, leaf, holders } = record.value;
      chunk.entries.push({ sequence: Number(sequence), leaf: Buffer.from(leaf), side: encodeSide(holders) });
    }
  }
  return chunk;
}

function decode(value: Buffer | null) {
  try {
    return LogRecord.decode(value ?? Buffer.alloc(0)).record;
  } catch {
    // Kafka is not trusted: what is no record of ours says nothing.
    return undefined;
  }
}
