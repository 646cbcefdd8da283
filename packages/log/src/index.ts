import path from 'node:path';

export {
  decodeSide,
  encodeLeaf,
  encodeSide,
  LEAF_FORMAT,
  MAX_LEAF_BYTES,
  type NewLeaf,
  type ReadLeaf,
  readLeaf,
} from './leaf.ts';
export { type OwnSourceOptions, ownLogSource } from './own-source.ts';
export { ownTopic } from './own-topic.ts';
export { type OwnLogCalls, type OwnTopic, ownerSources } from './owner-sources.ts';
export type { Publish, TopicRecord } from './publisher.ts';
export { logReads } from './reads.ts';
export type { OwnerChunk, OwnerSources } from './recovery-case.ts';
export { type Relay, type RelayHooks, type RelayOptions, startRelay } from './relay.ts';
export { type SignatureCalls, signerFrom } from './signature-client.ts';
export type { CheckpointSigner, CheckpointToSign, LastSigned } from './signer.ts';
export type { Head, LogId, LogSource, StoredEntry } from './source.ts';
export { findSequences, insertWaiting, type WaitingEntry } from './store.ts';

export { MAX_BATCH } from './writer.ts';

/** Tables of a log's owner, for @lianzheng/db's migrate. */
export const logMigrations = { name: 'log', folder: path.join(import.meta.dirname, '../migrations') };
