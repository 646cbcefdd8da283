import { createBackoff, pause } from '@lianzheng/runtime';
import kafkajs from 'kafkajs';
import { type Client, type ClusterAddress, clientAt } from './client.ts';

export { type ClusterAddress, type ClusterTls, clientAt } from './client.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

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
  const wanted = {
    waitForLeaders: true,
    topics: topics.map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1, configEntries })),
  };
  await withAdmin(at, (admin) => whileRetriable(() => admin.createTopics(wanted)));
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

/** Names of all topics that this client may see. */
export async function listTopics(at: ClusterAddress): Promise<string[]> {
  return withAdmin(at, (admin) => admin.listTopics());
}

/** First kept and next offset of a topic's only partition; undefined when there is no such topic. */
export async function topicEnds(
  at: ClusterAddress,
  topic: string,
): Promise<{ first: bigint; next: bigint } | undefined> {
  return withAdmin(at, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return undefined;
    const [only] = await whileRetriable(() => admin.fetchTopicOffsets(topic));
    return only && { first: BigInt(only.low), next: BigInt(only.high) };
  });
}

/** A topic that has just appeared may have no leader yet, for some tens of milliseconds. */
async function whileRetriable<T>(ask: () => Promise<T>, attempts = 8): Promise<T> {
  const backoff = createBackoff({ minMs: 20, maxMs: 500 });
  for (let left = attempts; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 1 || !(error instanceof kafkajs.KafkaJSError) || !error.retriable) throw error;
      await pause(backoff.nextMs());
    }
  }
}

async function withAdmin<T>(
  at: ClusterAddress,
  use: (admin: ReturnType<Client['admin']>) => Promise<T>,
): Promise<T> {
  const admin = clientAt(at, 'lianzheng-admin').admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
