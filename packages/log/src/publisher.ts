import type { Database } from '@lianzheng/db';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { type Clock, type Logger, startLoop } from '@lianzheng/runtime';
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
  clock: Clock;
  logger: Logger;
};

const MAX_PUBLISH = 4_000;

/**
 * Sends what is integrated to the topic: entries, each kept checkpoint after the entries it covers, and the newest one.
 * Lags behind sequencing for as long as Kafka is away; a crash repeats records, never skips any.
 */
export function createPublisher({
  database,
  publish,
  head,
  signal,
  checkpointsOnly,
  logger,
}: PublisherOptions) {
  const { generation, epoch } = head;
  let published = head.publishedSize;
  let lastNote: Buffer | undefined;

  async function round(): Promise<'again' | 'idle'> {
    const now = await database.read(readHead);
    if (now.epoch !== epoch || now.note === null) return 'idle';
    const to = Math.min(now.integratedSize, published + MAX_PUBLISH);
    const reached = to === now.integratedSize;
    if (to === published && lastNote?.equals(now.note)) return 'idle';
    const { records, size } = await database.read((reader) =>
      recordsBetween(reader, generation, published, to, checkpointsOnly ?? false),
    );
    if (reached) records.push(checkpointRecord(now.note));
    await publish(records, signal);
    const end = reached ? now.integratedSize : size;
    if (end > published) await database.tx((tx) => setPublished(tx, epoch, end));
    published = end;
    if (reached) lastNote = now.note;
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

/** Records up to `to`, each kept checkpoint in its place; `size` is where they end. */
async function recordsBetween(
  reader: import('@lianzheng/db').Reader,
  generation: number,
  from: number,
  to: number,
  checkpointsOnly: boolean,
): Promise<{ records: TopicRecord[]; size: number }> {
  const checkpoints = await readCheckpoints(reader, generation, from, to);
  if (checkpointsOnly) return { records: checkpoints.map(({ note }) => checkpointRecord(note)), size: to };
  const entries = await readEntries(reader, generation, from, to);
  const records: TopicRecord[] = [];
  let next = 0;
  for (const { sequence, leaf, side, traceparent } of entries) {
    const entry = { sequence: BigInt(sequence), leaf, holders: decodeSide(side) };
    const value = Buffer.from(LogRecord.encode({ record: { $case: 'entry', value: entry } }).finish());
    records.push(traceparent ? { value, headers: { traceparent } } : { value });
    if (checkpoints[next]?.size === sequence + 1) records.push(checkpointRecord(checkpoints[next++]!.note));
  }
  return { records, size: to };
}

function checkpointRecord(note: Buffer): TopicRecord {
  return { value: Buffer.from(LogRecord.encode({ record: { $case: 'checkpoint', value: note } }).finish()) };
}
