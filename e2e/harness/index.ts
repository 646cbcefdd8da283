export type { CallerRole, SampleCaller } from './callers.ts';
export type { Clients } from './clients.ts';
export { licenceFromRow, sampleLicence } from './licence.ts';
export { type Mesh, startMesh } from './mesh.ts';
export type { MeshNode } from './mesh-node.ts';
export type { MeshOptions, Profile } from './plan.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export type { LogRoot, NodeRoots } from './roots.ts';
export { type WaitOptions, waitUntil } from './wait.ts';
