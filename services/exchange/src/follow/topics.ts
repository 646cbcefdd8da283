import type { Database } from '@lianzheng/db';
import { type ClusterAddress, type Consumer, type RecordBatch, startConsumer } from '@lianzheng/kafka';
import type { Registry } from '@lianzheng/registry';
import type { Logger } from '@lianzheng/runtime';
import type { Tracing } from '@lianzheng/runtime/telemetry';
import type { Peers } from '../ask/peers.ts';
import type { Events, RecordCounts } from '../events.ts';
import { findPosition, setPosition } from '../store/topic-position.ts';
import type { Copies } from './copies.ts';
import { followedLogs } from './copies.ts';
import type { Item } from './judge.ts';
import { type LogCopy, topicItem } from './log-copy.ts';
import { outageLog } from './outage.ts';
import type { Repairs } from './repair.ts';

export type TopicsOptions = {
  self: string;
  database: Database;
  cluster: ClusterAddress;
  registry: Registry;
  copies: Copies;
  repairs: Repairs;
  peers: Peers;
  /** Heads that the topic's node says it verified. */
  onCosigned(witness: string, notes: Buffer[]): Promise<void>;
  events: Pick<Events, 'recordsRead'>;
  tracing: Tracing;
  logger: Logger;
};

/** Reads the topics of all other nodes from the node's own Kafka. */
export function followTopics(options: TopicsOptions): { stop(): Promise<void>; state(): string } {
  const { self, registry, database, logger } = options;
  const topics = () =>
    registry
      .nodes()
      .filter(({ node }) => node !== self)
      .flatMap(({ node }) => followedLogs.map((log) => `lianzheng.${log}.${node}`));

  const outage = outageLog(logger, 'topics cannot be read');
  const consumer: Consumer = startConsumer({
    cluster: options.cluster,
    clientId: `lianzheng-exchange-${self}`,
    groupPrefix: `lianzheng.exchange.${self}`,
    topics: topics(),
    from: (topic) => database.read((reader) => findPosition(reader, topic)),
    onBatch: (batch) => traced(options.tracing, batch, () => applyBatch(options, batch)),
    onError: (error, topic) => outage(error, { topic }),
  });
  const unsubscribe = registry.onChange(() => consumer.setTopics(topics()));
  return {
    state: () => consumer.state().phase,
    async stop() {
      unsubscribe();
      await consumer.stop();
    },
  };
}

/** A span for what a batch did, pointing to the calls that wrote its entries; none where nobody traced them. */
function traced(
  tracing: Tracing,
  { topic, records }: RecordBatch,
  apply: () => Promise<void>,
): Promise<void> {
  if (!tracing.recording) return apply();
  const links = records.flatMap(({ headers }) => headers.traceparent?.toString('latin1') ?? []);
  if (links.length === 0) return apply();
  const attributes = { 'messaging.batch.message_count': records.length };
  return tracing.withSpan(`apply ${topic}`, { kind: 'consumer', links, attributes }, apply);
}

async function applyBatch(options: TopicsOptions, batch: RecordBatch): Promise<void> {
  const [, log, node] = batch.topic.split('.') as [string, string, string];
  const copy = await options.copies.open(node, log);
  const items: Item[] = [];
  const counts: RecordCounts = { entry: 0, checkpoint: 0, cosigned: 0, noise: 0 };
  let afterCheckpoint: bigint | undefined;
  for (const record of batch.records) {
    const item = topicItem(record.value);
    counts[item.kind] += 1;
    if (item.kind === 'cosigned') await options.onCosigned(node, item.notes);
    else items.push(item);
    if (item.kind === 'checkpoint') afterCheckpoint = record.offset + 1n;
  }
  options.events.recordsRead(node, log, counts);
  options.peers.heard(node);
  const end = batch.records.at(-1)!.offset + 1n;
  const offered = await copy.offer(newestOnly(copy, items), (tx, { pending, keyUnknown }) =>
    setPosition(tx, batch.topic, nextPosition({ pending, keyUnknown }, afterCheckpoint, end)),
  );
  await mendNow(options, copy, offered, items);
}

/** After a crash what waited must come again; undefined leaves the position where it is. */
function nextPosition(
  { pending, keyUnknown }: { pending: boolean; keyUnknown: boolean },
  afterCheckpoint: bigint | undefined,
  end: bigint,
): bigint | undefined {
  if (keyUnknown && pending) return undefined;
  return pending ? afterCheckpoint : end;
}

/** Of a log that is followed by checkpoints alone the newest one says it all. */
function newestOnly(copy: LogCopy, items: Item[]): Item[] {
  if (copy.log.log !== 'access') return items;
  const isCheckpoint = ({ kind }: Item) => kind === 'checkpoint';
  return [...items.filter((item) => !isCheckpoint(item)), ...items.filter(isCheckpoint).slice(-1)];
}

/** The topic waits while a gap is mended, so that nothing behind the gap is dropped; then the batch is offered again. */
async function mendNow(
  { repairs, logger }: TopicsOptions,
  copy: LogCopy,
  offered: { gapTo: number | undefined; missing: number[] },
  items: Item[],
): Promise<void> {
  if (offered.gapTo === undefined && offered.missing.length === 0) return;
  logger.info({ ...copy.log, at: copy.state().size, ...offered }, 'gap: fetching what is missing');
  await repairs.mend(copy, offered.gapTo, offered.missing);
  if (offered.gapTo === undefined || copy.log.log === 'access') return;
  // Counted once is enough: what is mended now would be noise.
  const { size } = copy.state();
  await copy.offer(
    items.filter((item) =>
      item.kind === 'entry' ? item.entry.sequence >= size : item.kind === 'checkpoint',
    ),
  );
}
