export { authorityFingerprint } from './authority.ts';
export { type Bundle, type MakeBundleOptions, makeBundle, openBundle } from './bundle.ts';
export {
  type CallerCertificate,
  type CallerOptions,
  issueCaller,
  signCallerRequest,
} from './caller.ts';
export { addDepartmentKey } from './department-key.ts';
export { EnrolmentError, type EnrolmentErrorCode } from './errors.ts';
export {
  type InitOptions,
  type InitProvinceOptions,
  type InitProvinceResult,
  initNode,
  initProvince,
  ownRegistryObjects,
} from './init.ts';
export { type InstallOptions, type InstallResult, installBundle } from './install.ts';
export { type Layout, layoutOf } from './layout.ts';
export { type NodeIdentity, readNodeIdentity, updateNodeFile } from './node-file.ts';
export { openNodeKeys } from './node-keys.ts';
export { openOfflineRoot } from './offline-root.ts';
export { registryObjects } from './registry-objects.ts';
export { type EnrolmentRequest, parseRequest, requestFingerprint } from './request.ts';
export { type CatalogueSnapshot, collectSnapshot, openSnapshot } from './snapshot.ts';
export { readTrust, type Trust, trustFromJson } from './trust.ts';
