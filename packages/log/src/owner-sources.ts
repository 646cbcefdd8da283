import type {
  FetchOwnEntriesRequest,
  FetchOwnEntriesResponse,
  FindOwnHeadsRequest,
  FindOwnHeadsResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Logger } from '@lianzheng/runtime';
import { encodeSide } from './leaf.ts';
import type { OwnerChunk, OwnerSources } from './recovery-case.ts';

/** The calls of exchange by which an owner asks for its own log. */
export type OwnLogCalls = {
  findOwnHeads(
    request: FindOwnHeadsRequest,
    options?: { deadlineMs?: number; signal?: AbortSignal },
  ): Promise<FindOwnHeadsResponse>;
  fetchOwnEntries(
    request: FetchOwnEntriesRequest,
    options?: { deadlineMs?: number; signal?: AbortSignal },
  ): Promise<FetchOwnEntriesResponse>;
};

/** The owner's own topic, where what was published can be read again. */
export type OwnTopic = {
  /** Notes of the newest checkpoints; empty when the topic cannot be read. */
  newestNotes(signal: AbortSignal): Promise<Buffer[]>;
  /** Everything that the topic still holds, in order. */
  read(signal: AbortSignal): AsyncIterable<OwnerChunk>;
};

/** Where an owner asks after a restart (logs.md §2): its topic, and the other nodes through exchange. */
export function ownerSources(options: {
  exchange: OwnLogCalls;
  topic?: OwnTopic;
  logger: Logger;
}): OwnerSources {
  const { exchange, topic, logger } = options;

  return {
    async heads(log, signal) {
      const [told, notes] = await Promise.all([
        exchange.findOwnHeads({ log }, { deadlineMs: 4_000, signal }).catch((error) => {
          logger.info({ log: log.log, err: error }, 'own heads: exchange did not answer');
          return { notes: [], answered: 0 };
        }),
        topic?.newestNotes(signal) ?? [],
      ]);
      const fromTopic = notes.length > 0 ? 1 : 0;
      return {
        notes: [...told.notes.map((note) => Buffer.from(note)), ...notes],
        answered: told.answered + fromTopic,
      };
    },
    async *entries(log, from, signal) {
      let reached = from;
      for (;;) {
        const request = { log, from: BigInt(reached) };
        const answer = await exchange
          .fetchOwnEntries(request, { deadlineMs: 10_000, signal })
          .catch((error) => {
            logger.warn({ log: log.log, err: error }, 'own entries: exchange did not answer');
            return undefined;
          });
        if (!answer || answer.entries.length === 0) break;
        const entries = answer.entries.map((entry) => ({
          sequence: Number(entry.sequence),
          leaf: Buffer.from(entry.leaf),
          side: encodeSide(entry.holders),
        }));
        reached = entries.at(-1)!.sequence + 1;
        yield { entries, checkpoints: answer.checkpoints.map((note) => Buffer.from(note)) };
      }
      if (!topic) return;
      for await (const chunk of topic.read(signal)) {
        const entries = chunk.entries.filter((entry) => entry.sequence >= reached);
        if (entries.length > 0 || chunk.checkpoints.length > 0) yield { ...chunk, entries };
      }
    },
  };
}
