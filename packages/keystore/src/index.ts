export { endorse, endorsementText, isEndorsedBy } from './endorsement.ts';
export { KeystoreError, type KeystoreErrorCode } from './errors.ts';
export { exportIndexKeys, importIndexKeys } from './index-key-transport.ts';
export type { Key, KeyEntry, PublicJwk } from './key.ts';
export { encryptionKeyPem, jwkThumbprint } from './key-material.ts';
export { createKeystore, type Keystore, type NewKey, openKeystore, type Rotation } from './keystore.ts';
export { type FolderLock, lockFolder } from './memory/folder-lock.ts';
export {
  createMemory,
  type LogMemory,
  MemoryError,
  type MemoryErrorCode,
  openMemory,
  replaceMemory,
} from './memory/memory.ts';
export type { LastSigned } from './memory/record.ts';
export { type KeyAlgorithm, type KeyPurpose, keyAlgorithm, parsePurpose } from './purpose.ts';
