export { columnKeyId, openColumn, sealColumn } from './column.ts';
export { createDataKey, DATA_KEY_BYTES, type DataKey } from './data-key.ts';
export { type Envelope, parseEnvelope } from './envelope.ts';
export { CipherError, type CipherErrorCode } from './errors.ts';
export { createSealer, type Sealer } from './sealer.ts';
export { MOUNTED_SECRET_BYTES, readSecret, type Secret } from './secret.ts';
