import path from 'node:path';

export { type AccessInput, accessLimits, encodeAccess, resultOf } from './access.ts';
export { type AccessCatalogue, type AccessFacts, accessOf, actionOf, type CallFacts } from './call-access.ts';
export { type Forwarder, type ForwarderOptions, startForwarder } from './forwarder.ts';
export { recordAccess, recordAccesses } from './record.ts';
export { refusalRecorder } from './refusals.ts';
export { type AccessWriter, createAccessWriter } from './writer.ts';

/** The waiting room of a service's access entries, for @lianzheng/db's migrate. */
export const accessMigrations = { name: 'access', folder: path.join(import.meta.dirname, '../migrations') };
