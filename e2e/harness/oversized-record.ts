import { clientAt } from '@lianzheng/kafka/cluster-admin';
import type { MeshNode } from './mesh-node.ts';
import { clusterOf } from './topic-writer.ts';

const GZIP = 1;
/** Zeros: some kilobytes as the broker takes them, and more than MirrorMaker's producer sends. */
const BYTES = 3 << 20;

/** Writes a record that no MirrorMaker carries into a topic of the node's own Kafka; resolves with its offset. */
export async function writeOversizedRecord(node: MeshNode, topic: string): Promise<bigint> {
  const producer = clientAt(await clusterOf(node), 'poison').producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    const messages = [{ value: Buffer.alloc(BYTES) }];
    const [written] = await producer.send({ topic, acks: -1, compression: GZIP, messages });
    return BigInt(written!.baseOffset!);
  } finally {
    await producer.disconnect();
  }
}
