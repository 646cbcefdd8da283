import kafkajs from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, ResourcePatternTypes, logLevel } =
  kafkajs;

/** A cluster as an administrator or watcher reaches it; with `tls` the client shows its own certificate. PEM texts, not paths. */
export interface ClusterAddress {
  /** `host:port`, several separated by commas. */
  bootstrap: string;
  tls?: ClusterTls;
}

export interface ClusterTls {
  caPem: string;
  /** PKCS#8. */
  keyPem: string;
  /** The certificate, followed by its chain where there is one. */
  certPem: string;
}

export type AclOperation = 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';

/** “This principal may do this with this”: everything else is refused. */
export interface Acl {
  /** Name without `User:`, as the broker maps it from the certificate's CN. */
  principal: string;
  resource: 'TOPIC' | 'GROUP';
  name: string;
  pattern: 'LITERAL' | 'PREFIXED';
  operations: readonly AclOperation[];
}

export interface TopicOptions {
  /** Default 7 days: what was missed longer comes by gRPC. */
  retentionMs?: number;
  /** Of a record batch as the producer sends it, default 1 MiB. */
  maxMessageBytes?: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;
const MEBIBYTE = 1_048_576;

/** Whether the cluster shook hands and named a broker that is up; throws the client's error otherwise. */
export async function describeCluster(at: ClusterAddress): Promise<{ clusterId: string; brokers: number }> {
  return withAdmin(at, async (admin) => {
    const { clusterId, brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error(`${at.bootstrap} answers but has no broker yet`);
    return { clusterId, brokers: brokers.length };
  });
}

/** Makes the topics that are missing: one partition (a log is one sequence), one copy. Existing ones keep their settings. */
export async function ensureTopics(
  at: ClusterAddress,
  topics: readonly string[],
  { retentionMs = WEEK_MS, maxMessageBytes = MEBIBYTE }: TopicOptions = {},
): Promise<void> {
  const configEntries = [
    { name: 'retention.ms', value: String(retentionMs) },
    { name: 'max.message.bytes', value: String(maxMessageBytes) },
  ];
  await withAdmin(at, (admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1, configEntries })),
    }),
  );
}

/** Adds permissions; repeating one changes nothing. */
export async function applyAcls(at: ClusterAddress, acls: readonly Acl[]): Promise<void> {
  const acl = acls.flatMap((entry) =>
    entry.operations.map((operation) => ({
      principal: `User:${entry.principal}`,
      resourceType: AclResourceTypes[entry.resource],
      resourceName: entry.name,
      resourcePatternType: ResourcePatternTypes[entry.pattern],
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
      host: '*',
    })),
  );
  await withAdmin(at, (admin) => admin.createAcls({ acl }));
}

/** First kept and next offset of a topic's only partition; undefined when there is no such topic. */
export async function topicEnds(
  at: ClusterAddress,
  topic: string,
): Promise<{ first: bigint; next: bigint } | undefined> {
  return withAdmin(at, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return undefined;
    const [only] = await admin.fetchTopicOffsets(topic);
    return only && { first: BigInt(only.low), next: BigInt(only.high) };
  });
}

/** A client that fails at once instead of trying again: whoever watches decides how long to go on. */
export function clientAt({ bootstrap, tls }: ClusterAddress, clientId: string): InstanceType<typeof Kafka> {
  return new Kafka({
    clientId,
    brokers: bootstrap.split(','),
    ssl: tls && { ca: [tls.caPem], key: tls.keyPem, cert: tls.certPem },
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
}

async function withAdmin<T>(
  at: ClusterAddress,
  use: (admin: ReturnType<InstanceType<typeof Kafka>['admin']>) => Promise<T>,
): Promise<T> {
  const admin = clientAt(at, 'lianzheng-admin').admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
