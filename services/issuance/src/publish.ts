import { type ClusterAddress, createProducer } from '@lianzheng/kafka';
import type { Publish } from '@lianzheng/log';
import { closing } from '@lianzheng/runtime';
import type { Config } from './config.ts';
import type { Events } from './events.ts';

/** Sends the status log to its topic on the node's own Kafka; undefined where there is none. */
export function statusPublisher(
  parts: AsyncDisposableStack,
  config: Config,
  events: Events,
): Publish | undefined {
  const cluster = clusterOf(config);
  if (!cluster) return undefined;
  const clientId = `issuance ${config.node}`;
  const producer = createProducer({ cluster, clientId, onError: events.publishFailed });
  closing(parts, producer, (it) => it.close());
  const topic = `lianzheng.status.${config.node}`;
  return (records, signal) => producer.send(topic, records, { signal });
}

function clusterOf({ kafkaBrokers, kafkaCa, kafkaCert, kafkaKey }: Config): ClusterAddress | undefined {
  if (kafkaBrokers === undefined) return undefined;
  const tls =
    kafkaCa && kafkaCert && kafkaKey ? { caPem: kafkaCa, certPem: kafkaCert, keyPem: kafkaKey } : undefined;
  return { bootstrap: kafkaBrokers, tls };
}
