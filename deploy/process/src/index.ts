export { freePort } from './free-port.ts';
export { type Exit, type GuardedProcess, type GuardedSpawn, spawnGuarded, tailOf } from './guarded.ts';
