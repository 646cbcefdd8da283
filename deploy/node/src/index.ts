export { bootstrapProvince } from './bootstrap.ts';
export {
  DEFAULT_PORT_BASE,
  type Mode,
  type NodeConfig,
  type NodeSettings,
  portsFrom,
  readNodeConfig,
} from './config.ts';
export { environmentFor } from './environment.ts';
export { type RunningMesh, startMesh } from './mesh.ts';
export { migrateNode, migrationSetsOf, SERVICES_WITH_SCHEMA } from './migrate.ts';
export { startNode } from './node.ts';
export { launchEnvironment, NODE_FLAGS } from './node-launch.ts';
export { operatorTokenFile } from './operator-token.ts';
export { SERVICES, type ServiceName } from './services.ts';
export { startStandalone } from './standalone.ts';
