import type { Database, Reader } from '@lianzheng/db';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { type Logger, startLoop } from '@lianzheng/runtime';
import { decodeSide } from './leaf.ts';
import { type HeadRow, readCheckpoints, readEntries, readHead, setPublished } from './store.ts';

export type TopicRecord = { value: Buffer; headers?: Record<string, string> };

/** Resolves when the node's own Kafka acknowledged all records, in order; rejects only when the signal aborts. */
export type Publish = (records: TopicRecord[], signal: AbortSignal) => Promise<void>;

type PublisherOptions = {
  database: Database;
  publish: Publish;
  head: HeadRow;
  signal: AbortSignal;
  checkpointsOnly?: boolean;
  logger: Logger;
};

/** Entries in one send: what a backlog costs in memory, and what a crash repeats. */
const MAX_PUBLISH = 4_000;
const MAX_PUBLISH_BYTES = 4 << 20;

/**
 * Sends what is integrated to the topic: entries, each kept checkpoint after the entries it covers, and the newest one.
 * Lags behind sequencing for as long as Kafka is away; a crash repeats records, never skips any.
 */
export function createPublisher({
  database,
  publish,
  head,
  signal,
  checkpointsOnly = false,
  logger,
}: PublisherOptions) {
  const { generation, epoch } = head;
  let published = head.publishedSize;
  let lastNote: Buffer | undefined;

  async function round(): Promise<'again' | 'idle'> {
    const now = await database.read(readHead);
    if (now.epoch !== epoch || now.note === null) return 'idle';
    const { integratedSize, note } = now;
    if (published === integratedSize && lastNote?.equals(note)) return 'idle';
    const { records, notes, size } = await database.read((reader) =>
      recordsBetween(reader, generation, published, integratedSize, checkpointsOnly),
    );
    const reached = size === integratedSize;
    // The newest checkpoint is the last kept one, or a heartbeat after it.
    if (reached && !notes.at(-1)?.equals(note)) records.push(checkpointRecord(note));
    await publish(records, signal);
    if (size > published) await database.statement((tx) => setPublished(tx, epoch, size));
    published = size;
    if (reached) lastNote = note;
    return reached ? 'idle' : 'again';
  }

  const loop = startLoop({
    name: 'publisher',
    idleMs: 500,
    run: round,
    onError: (error) => logger.warn({ err: error }, 'publishing failed'),
  });
  const stopped = new Promise<void>((resolve) => {
    const stop = () => resolve(loop.stop());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return { wake: loop.wake, stopped };
}

/** Records of one send from `from` on, each kept checkpoint in its place; `size` is where they end. */
async function recordsBetween(
  reader: Reader,
  generation: number,
  from: number,
  integrated: number,
  checkpointsOnly: boolean,
): Promise<{ records: TopicRecord[]; notes: Buffer[]; size: number }> {
  const to = Math.min(integrated, from + MAX_PUBLISH);
  if (checkpointsOnly) {
    const notes = (await readCheckpoints(reader, generation, from, to)).map(({ note }) => note);
    return { records: notes.map(checkpointRecord), notes, size: to };
  }
  const entries = await readEntries(reader, generation, from, to, MAX_PUBLISH_BYTES);
  if (entries.length === 0 && to > from) throw new Error(`integrated entries from ${from} on are missing`);
  const size = from + entries.length;
  const checkpoints = await readCheckpoints(reader, generation, from, size);
  const noteAt = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint.note]));
  const records = entries.flatMap((entry) => {
    const note = noteAt.get(entry.sequence + 1);
    return note ? [entryRecord(entry), checkpointRecord(note)] : [entryRecord(entry)];
  });
  return { records, notes: checkpoints.map(({ note }) => note), size };
}

type PublishedEntry = { sequence: number; leaf: Buffer; side: Buffer; traceparent: string };

function entryRecord({ sequence, leaf, side, traceparent }: PublishedEntry): TopicRecord {
  const entry = { sequence: BigInt(sequence), leaf, holders: decodeSide(side) };
  const value = Buffer.from(LogRecord.encode({ record: { $case: 'entry', value: entry } }).finish());
  return traceparent ? { value, headers: { traceparent } } : { value };
}

function checkpointRecord(note: Buffer): TopicRecord {
  return { value: Buffer.from(LogRecord.encode({ record: { $case: 'checkpoint', value: note } }).finish()) };
}
