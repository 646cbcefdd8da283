import { type Backoff, createBackoff, pause } from '@lianzheng/runtime';
import type kafkajs from 'kafkajs';
import type { ConsumerOptions, Wanted } from './consumer.ts';
import { fromMessage } from './record.ts';

/** How one connection reads its topics: positions, batches, failures. */
export interface Reading {
  /** The group was joined, or joined again: what is read next counts from the stored positions. */
  joined(topics: readonly string[]): void;
  eachBatch(payload: kafkajs.EachBatchPayload): Promise<void>;
  /** Goes on with topics that were held and no longer are. */
  release(): void;
  /** Resolves when no recovery is under way any more. */
  ended(): Promise<void>;
}

const partition = 0;

export function createReading(
  consumer: Pick<kafkajs.Consumer, 'seek'>,
  options: ConsumerOptions,
  wanted: Wanted,
  signal: AbortSignal,
): Reading {
  const { from, onBatch, onError, maxRecords = 4_000 } = options;
  const expected = new Map<string, bigint>();
  const resumeHeld = new Map<string, () => void>();
  const failing = new Map<string, Backoff>();
  const recoveries = new Set<Promise<void>>();
  let positioned: Promise<void> = Promise.resolve();

  async function seekAll(topics: readonly string[]) {
    for (const topic of topics) await seekStored(topic);
  }

  async function seekStored(topic: string) {
    const backoff = createBackoff({ minMs: 50, maxMs: 2_000 });
    while (!signal.aborted) {
      try {
        const position = await from(topic);
        if (!signal.aborted) seek(topic, position);
        return;
      } catch (error) {
        onError(error, topic);
        await pause(backoff.nextMs(), signal);
      }
    }
  }

  function seek(topic: string, position: bigint | undefined) {
    if (position === undefined) {
      // Where reading stands, which after joining is the beginning.
      expected.delete(topic);
      return;
    }
    expected.set(topic, position);
    consumer.seek({ topic, partition, offset: String(position) });
  }

  async function eachBatch(payload: kafkajs.EachBatchPayload) {
    const { batch, resolveOffset, heartbeat } = payload;
    const { topic, highWatermark } = batch;
    // Joining does not wait for the positions, so the first batches may come from elsewhere: they are stale then.
    await positioned;
    for (let start = 0; start < batch.messages.length; start += maxRecords) {
      if (signal.aborted || payload.isStale()) return;
      if (wanted.isHeld(topic)) {
        resumeHeld.set(topic, payload.pause());
        return;
      }
      const records = batch.messages.slice(start, start + maxRecords).map(fromMessage);
      const nextOffset = records.at(-1)!.offset + 1n;
      try {
        const expectedOffset = expected.get(topic);
        await onBatch({ topic, records, expectedOffset, highWatermark: BigInt(highWatermark) }, signal);
      } catch (error) {
        recover(topic, error, payload.pause());
        return;
      }
      failing.delete(topic);
      expected.set(topic, nextOffset);
      resolveOffset(String(nextOffset - 1n));
      await heartbeat();
    }
  }
  /** Only the topic that failed waits: the others go on. */
  function recover(topic: string, error: unknown, resume: () => void) {
    if (signal.aborted) return;
    onError(error, topic);
    const backoff = failing.get(topic) ?? createBackoff({ minMs: 50, maxMs: 5_000 });
    failing.set(topic, backoff);
    const recovery = (async () => {
      await pause(backoff.nextMs(), signal);
      await seekStored(topic);
      if (!signal.aborted) resume();
    })();
    recoveries.add(recovery);
    void recovery.then(() => recoveries.delete(recovery));
  }

  return {
    joined(topics) {
      expected.clear();
      positioned = positioned.then(() => seekAll(topics));
    },
    eachBatch,
    release() {
      for (const [topic, resume] of resumeHeld) {
        if (wanted.isHeld(topic)) continue;
        resumeHeld.delete(topic);
        resume();
      }
    },
    async ended() {
      await Promise.all([positioned, ...recoveries]);
    },
  };
}
