import { type ClusterAddress, createProducer, ensureTopics } from '@lianzheng/kafka';
import type { Publish } from '@lianzheng/log';
import { closing, startLoop } from '@lianzheng/runtime';
import type { Config } from './config.ts';

/** Sends the own log to its topic in the node's Kafka; makes the topic when it is missing. Kafka may be away. */
export function startPublishing(
  parts: AsyncDisposableStack,
  config: Config,
  onError: (error: unknown, name: string) => void,
): Publish {
  const topic = topicOf(config);
  const cluster = clusterOf(config);
  const clientId = `catalog-${config.node}`;
  const producer = createProducer({ cluster, clientId, onError: (error) => onError(error, topic) });
  closing(parts, producer, (it) => it.close());
  const ensuring = startLoop({
    name: `topic ${topic}`,
    idleMs: Number.POSITIVE_INFINITY,
    onError,
    async run() {
      await ensureTopics(cluster, [topic]);
      return 'idle';
    },
  });
  closing(parts, ensuring, (it) => it.stop());
  return (records, signal) => producer.send(topic, records, { signal });
}

export const topicOf = ({ node }: Config) => `lianzheng.catalog.${node}`;

export function clusterOf({ kafkaBrokers, kafkaCa, kafkaCert, kafkaKey }: Config): ClusterAddress {
  const tls =
    kafkaCa && kafkaCert && kafkaKey ? { caPem: kafkaCa, certPem: kafkaCert, keyPem: kafkaKey } : undefined;
  return { bootstrap: kafkaBrokers, tls };
}
