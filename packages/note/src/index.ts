export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export {
  cosign,
  cosignatureMessage,
  cosignatureTime,
  cosignatureVerifierFromRaw,
  cosignerFromKey,
  verifyCosignature,
} from './cosignature.ts';
export { NoteError, type NoteErrorCode } from './errors.ts';
export {
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  keyId,
  keyIdHex,
  rawPublicKey,
  type Signer,
  signerFromKey,
  type Verifier,
  verifierFromRaw,
} from './keys.ts';
export {
  formatLogCheckpoint,
  formatLogOrigin,
  LOG_NAMES,
  type LogCheckpoint,
  type LogName,
  type LogOrigin,
  parseLogCheckpoint,
  parseLogOrigin,
} from './lianzheng-checkpoint.ts';
export {
  formatNote,
  MAX_NOTE_BYTES,
  MAX_SIGNATURES,
  type Note,
  type NoteSignature,
  parseNote,
} from './note.ts';
export { type OpenedNote, openNote, signNote } from './open.ts';
export { formatVerifierKey, parseVerifierKey } from './verifier-key.ts';
