import assert from 'node:assert/strict';
import { type ConsumerOptions, type IncomingRecord, type RecordBatch, startConsumer } from '../src/index.ts';

export const textOf = (record: IncomingRecord) => record.value?.toString() ?? '';
export const values = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ value: Buffer.from(String(from + index)) }));

type Given = Pick<ConsumerOptions, 'cluster' | 'topics'>;
interface Options extends Given, Partial<Omit<ConsumerOptions, keyof Given>> {
  positions?: Map<string, bigint>;
  /** Batches that fail before anything is stored, and after. */
  fail?(batch: RecordBatch): boolean;
  failAfter?(batch: RecordBatch): boolean;
}

/** A reader that keeps positions and records together, as a service does in one transaction; and a way to wait for records. */
export function follow({
  positions = new Map(),
  fail = () => false,
  failAfter = () => false,
  ...options
}: Options) {
  const batches: RecordBatch[] = [];
  const errors: unknown[] = [];
  const read: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const consumer = startConsumer({
    clientId: 'test',
    groupPrefix: 'test',
    refreshMs: 20,
    from: async (topic) => positions.get(topic),
    onError: (error) => errors.push(error),
    async onBatch(batch) {
      if (fail(batch)) throw new Error('as asked');
      batches.push(batch);
      read.push(...batch.records.map((record) => `${batch.topic} ${textOf(record)}`));
      positions.set(batch.topic, batch.records.at(-1)!.offset + 1n);
      arrived.resolve();
      if (failAfter(batch)) throw new Error('as asked');
    },
    ...options,
  });
  return {
    consumer,
    batches,
    errors,
    read,
    positions,
    async until(holds: () => boolean, withinMs = 20_000) {
      const deadline = performance.now() + withinMs;
      while (!holds()) {
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) assert.fail(`not within ${withinMs} ms; read so far: ${read.slice(-5).join(', ')}`);
        arrived = Promise.withResolvers();
        const timer = setTimeout(arrived.resolve, Math.min(leftMs, 50));
        await arrived.promise;
        clearTimeout(timer);
      }
    },
  };
}
