import { createBackoff, type Pause, pause, startPause } from '@lianzheng/runtime';
import type { ClusterAddress } from './client.ts';
import { consumeOnce } from './consumer-life.ts';
import type { IncomingRecord } from './record.ts';

export interface RecordBatch {
  readonly topic: string;
  /** In order of their offsets, at least one. */
  readonly records: readonly IncomingRecord[];
  /**
   * The offset that should come first: where reading was told to start, or the one after the last batch. Kafka starts silently
   * elsewhere when records were deleted or the topic was made anew. Undefined when reading starts without a position.
   */
  readonly expectedOffset: bigint | undefined;
  /** Offset after the newest record of the topic. */
  readonly highWatermark: bigint;
}

export interface ConsumerOptions {
  readonly cluster: ClusterAddress;
  readonly clientId: string;
  /** Each connection joins a group `<groupPrefix>.<random>` of its own: nobody waits for a member that was killed. */
  readonly groupPrefix: string;
  /** Topics of one partition; those that do not exist yet are read as soon as they do. */
  readonly topics: readonly string[] | RegExp;
  /** The offset to go on from, as stored with the effects of what was read; read again at each start, rejoin and failure. */
  from(topic: string): Promise<bigint | undefined>;
  /** When it resolves the batch is done with; when it rejects the topic is read again from `from`, after a pause. */
  onBatch(batch: RecordBatch, signal: AbortSignal): Promise<void>;
  /** A failure to reach the cluster, or with `topic` of a batch or of `from`. Reading goes on by itself. */
  onError(error: unknown, topic?: string): void;
  /** Of one topic in one fetch. Default 1 MiB. */
  readonly maxBytesPerTopic?: number;
  /** Of all topics in one fetch. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Of one batch. Default 4,000. */
  readonly maxRecords?: number;
  /** How often to look for topics that are not there yet. Default 1,000. */
  readonly refreshMs?: number;
}

export interface ConsumerState {
  /** `waiting`: the cluster answers, but none of the topics exists. */
  readonly phase: 'connecting' | 'waiting' | 'consuming' | 'stopped';
  /** What is being read. */
  readonly topics: readonly string[];
}

export interface Consumer {
  state(): ConsumerState;
  setTopics(topics: readonly string[] | RegExp): void;
  /** No batch of the topic begins until it is resumed. */
  pause(topic: string): void;
  resume(topic: string): void;
  /** Aborts the signal of batches under way, waits for them and leaves. */
  stop(): Promise<void>;
}

/** What one connection needs of the consumer it belongs to. */
export interface Wanted {
  topics(): readonly string[] | RegExp;
  isHeld(topic: string): boolean;
  /** Resolves at the next setTopics, pause or resume, at the abort, or after `ms`. */
  changeWithin(ms: number, signal: AbortSignal): Promise<void>;
  tell(state: ConsumerState): void;
}

/** Reads topics from positions stored elsewhere, through every loss of the cluster, until it is stopped. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const stopping = new AbortController();
  const held = new Set<string>();
  let topics = options.topics;
  let waiting: Pause | undefined;
  let state: ConsumerState = { phase: 'connecting', topics: [] };
  const backoff = createBackoff({ minMs: 50, maxMs: 500 });

  const wanted: Wanted = {
    topics: () => topics,
    isHeld: (topic) => held.has(topic),
    changeWithin(ms, signal) {
      waiting = startPause(ms, signal);
      return waiting.over;
    },
    tell(next) {
      state = next;
      if (next.phase === 'consuming') backoff.reset();
    },
  };

  async function live() {
    while (!stopping.signal.aborted) {
      try {
        await consumeOnce(options, wanted, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) break;
        state = { phase: 'connecting', topics: [] };
        options.onError(error);
        await pause(backoff.nextMs(), stopping.signal);
      }
    }
    state = { phase: 'stopped', topics: [] };
  }

  const ended = live();
  return {
    state: () => state,
    setTopics(next) {
      topics = next;
      waiting?.end();
    },
    pause(topic) {
      held.add(topic);
      waiting?.end();
    },
    resume(topic) {
      held.delete(topic);
      waiting?.end();
    },
    async stop() {
      stopping.abort(new Error('consumer stopped'));
      await ended;
    },
  };
}
