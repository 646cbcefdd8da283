import type { ClusterAddress } from '@lianzheng/kafka';
import { createProducer } from '@lianzheng/kafka';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { kafkaTls } from './carriers.ts';
import type { MeshNode } from './mesh-node.ts';

/** The node's own Kafka as its own services reach it: nobody there is refused anything. */
export async function clusterOf({ dir, kafka }: MeshNode): Promise<ClusterAddress> {
  return { bootstrap: kafka.bootstrap, tls: await kafkaTls(dir, 'kafka-client') };
}

/** Puts records into a topic of the node's own Kafka, in this order, as a carrier that was tampered with would. */
export async function writeRecords(node: MeshNode, topic: string, values: readonly Buffer[]): Promise<void> {
  const cluster = await clusterOf(node);
  const producer = createProducer({ cluster, clientId: 'tampering', onError: () => undefined });
  try {
    const signal = AbortSignal.timeout(20_000);
    await producer.send(
      topic,
      values.map((value) => ({ value })),
      { signal },
    );
  } finally {
    await producer.close();
  }
}

export const entryRecord = (entry: Entry): Buffer => encoded({ $case: 'entry', value: entry });

export const checkpointRecord = (note: Buffer): Buffer => encoded({ $case: 'checkpoint', value: note });

export const cosignedRecord = (notes: Buffer[]): Buffer =>
  encoded({ $case: 'cosignedHeads', value: { notes } });

function encoded(record: NonNullable<LogRecord['record']>): Buffer {
  return Buffer.from(LogRecord.encode({ record }).finish());
}
