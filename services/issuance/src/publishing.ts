import { type ClusterAddress, createProducer, ensureTopics } from '@lianzheng/kafka';
import type { Publish } from '@lianzheng/log';
import { closing, startLoop } from '@lianzheng/runtime';
import type { Config } from './config.ts';
import type { Events } from './events.ts';

/** Sends the status log to its topic in the node's Kafka; makes the topic when it is missing. Kafka may be away. */
export function startPublishing(
  parts: AsyncDisposableStack,
  config: Config,
  cluster: ClusterAddress,
  { publishFailed }: Events,
): Publish {
  const topic = topicOf(config);
  const clientId = `issuance-${config.node}`;
  const producer = createProducer({ cluster, clientId, onError: publishFailed });
  closing(parts, producer, (it) => it.close());
  const ensuring = startLoop({
    name: `topic ${topic}`,
    idleMs: Number.POSITIVE_INFINITY,
    onError: publishFailed,
    async run() {
      await ensureTopics(cluster, [topic]);
      return 'idle';
    },
  });
  closing(parts, ensuring, (it) => it.stop());
  return (records, signal) => producer.send(topic, records, { signal });
}

export const topicOf = ({ node }: Config) => `lianzheng.status.${node}`;

/** Undefined where the log is not published at all. */
export function clusterOf({
  kafkaBrokers,
  kafkaCa,
  kafkaCert,
  kafkaKey,
}: Config): ClusterAddress | undefined {
  if (kafkaBrokers === undefined) return undefined;
  const tls =
    kafkaCa && kafkaCert && kafkaKey ? { caPem: kafkaCa, certPem: kafkaCert, keyPem: kafkaKey } : undefined;
  return { bootstrap: kafkaBrokers, tls };
}
