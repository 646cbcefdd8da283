export {
  type CarrierState,
  carrierGroupPrefix,
  carrierTopic,
  watchCarrierState,
} from '@lianzheng/kafka/carrier-state';
export {
  type Acl,
  applyAcls,
  type ClusterAddress,
  type ClusterTls,
  ensureTopics,
} from '@lianzheng/kafka/cluster-admin';
export { cityAtProvinceAcls, cityOnSharedClusterAcls, topicsOf } from './acls.ts';
export { type Broker, type BrokerOptions, startBroker } from './broker.ts';
export type { Endpoint } from './broker-properties.ts';
export { deleteRecordsBefore } from './delete-records.ts';
export type { FlowState } from './flow-state.ts';
export { ensureJars } from './jars.ts';
export { type MirrorMaker, type MirrorMakerOptions, startMirrorMaker } from './mirror-maker.ts';
export type { MirrorCluster } from './mirror-properties.ts';
export { prepareKafka } from './prepare.ts';
export {
  type MirrorEvent,
  type MirrorSupervisor,
  type SuperviseOptions,
  superviseMirror,
} from './supervise.ts';
