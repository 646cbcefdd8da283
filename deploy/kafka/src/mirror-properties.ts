import { topicsOf } from './acls.ts';
import { type Properties, withPrefix } from './properties.ts';

export interface MirrorCluster {
  /** Code of the node; also the cluster's alias. */
  node: string;
  /** `host:port` as MirrorMaker reaches it, through a relay where there is one. */
  bootstrap: string;
}

/**
 * One MirrorMaker, two flows: the city's own topics up, everybody else's down. The two sets are disjoint, so nothing circles.
 * What the city already knows (groups, ACLs, settings of topics) is not copied: a topic and its records are all that travels.
 */
export function mirrorProperties(
  city: MirrorCluster,
  province: MirrorCluster,
  tlsFiles: Properties | undefined,
): Properties {
  const up = `${city.node}->${province.node}`;
  const down = `${province.node}->${city.node}`;
  const own = topicsOf(city.node)
    .map((topic) => topic.replaceAll('.', '\\.'))
    .join(',');
  return {
    clusters: `${province.node},${city.node}`,
    ...clusterProperties(city, tlsFiles),
    ...clusterProperties(province, tlsFiles),
    [`${up}.enabled`]: true,
    [`${up}.topics`]: own,
    [`${down}.enabled`]: true,
    [`${down}.topics`]: 'lianzheng\\..*',
    [`${down}.topics.exclude`]: own,
    'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    'replication.factor': 1,
    'tasks.max': 1,
    'refresh.topics.interval.seconds': 1,
    'refresh.groups.enabled': false,
    'sync.topic.configs.enabled': false,
    'sync.topic.acls.enabled': false,
    'sync.group.offsets.enabled': false,
    'emit.heartbeats.enabled': false,
    'emit.checkpoints.enabled': false,
    // With this, no other offset-syncs property may stand here: the connector would be rejected while the process lives on.
    'emit.offset-syncs.enabled': false,
    'heartbeats.replication.enabled': false,
    'heartbeats.topic.replication.factor': 1,
    'config.storage.replication.factor': 1,
    'offset.storage.replication.factor': 1,
    'status.storage.replication.factor': 1,
    // Scanning every jar for plugins would take 4 s and 400 MB.
    'plugin.discovery': 'service_load',
  };
}

/** A worker takes its settings under the alias of the cluster that it writes to. */
function clusterProperties({ node, bootstrap }: MirrorCluster, tlsFiles: Properties | undefined): Properties {
  return withPrefix(`${node}.`, {
    'bootstrap.servers': bootstrap,
    ...(tlsFiles && { 'security.protocol': 'SSL', ...tlsFiles }),
    'plugin.discovery': 'service_load',
    // The default of a minute means a minute of repeated records after a kill.
    'offset.flush.interval.ms': 1_000,
    'offset.storage.partitions': 1,
    'status.storage.partitions': 1,
    // Back to work 2 s after a kill.
    'session.timeout.ms': 2_000,
    'heartbeat.interval.ms': 500,
    'rebalance.timeout.ms': 5_000,
    // By default work that a worker lost in an outage stays unassigned for 5 minutes, in case another worker comes back with it.
    'scheduled.rebalance.max.delay.ms': 0,
    'producer.linger.ms': 0,
    'producer.batch.size': 262_144,
    'producer.buffer.memory': 8_388_608,
    // Connect asks for one at a time, each waiting for the other side's disk; idempotent ones stay in order.
    'producer.max.in.flight.requests.per.connection': 5,
    'producer.enable.idempotence': true,
    'consumer.max.poll.records': 4_000,
    'consumer.fetch.max.bytes': 2_097_152,
    'consumer.auto.offset.reset': 'earliest',
    // A relay that is cut and healed should not keep us waiting for the default of a second and more.
    'reconnect.backoff.max.ms': 500,
    'producer.reconnect.backoff.max.ms': 500,
    'consumer.reconnect.backoff.max.ms': 500,
    'admin.reconnect.backoff.max.ms': 500,
  });
}
