export {
  type CarrierState,
  type CarrierWatch,
  type CarrierWatchOptions,
  carrierTopic,
  watchCarrierState,
} from './carrier-state.ts';
export type { ClusterAddress, ClusterTls } from './client.ts';
export {
  type Acl,
  type AclOperation,
  applyAcls,
  describeCluster,
  ensureTopics,
  listTopics,
  type TopicOptions,
  topicEnds,
} from './cluster-admin.ts';
export {
  type Consumer,
  type ConsumerOptions,
  type ConsumerState,
  type RecordBatch,
  startConsumer,
} from './consumer.ts';
export { createProducer, type Producer, type ProducerOptions, type SendOptions } from './producer.ts';
export type { IncomingRecord, OutgoingRecord } from './record.ts';
