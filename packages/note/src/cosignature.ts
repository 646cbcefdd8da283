import { type KeyObject, sign, verify } from 'node:crypto';
import { parseCheckpoint } from './checkpoint.ts';
import { NoteError } from './errors.ts';
import {
  KEY_TYPE_COSIGNATURE,
  keyId,
  publicKeyFromRaw,
  rawPublicKey,
  type Signer,
  type Verifier,
} from './keys.ts';
import { type NoteSignature, requireKeyName } from './note.ts';

/** 8 bytes of time, then an Ed25519 signature. */
const TIME_BYTES = 8;
const COSIGNATURE_BYTES = TIME_BYTES + 64;

/** What a cosigner signs: C2SP tlog-cosignature, cosignature/v1. `timeSeconds`: POSIX seconds. */
export function cosignatureMessage(checkpointText: string, timeSeconds: number): Buffer {
  requireTime(timeSeconds);
  return Buffer.from(`cosignature/v1\ntime ${timeSeconds}\n${checkpointText}`);
}

/**
 * The cosignature of a checkpoint, to be added to the note's signatures. It says: at that time this was the largest
 * consistent head seen of this log; the caller has verified that. Throws NoteError if the text is no checkpoint.
 */
export function cosign(
  checkpointText: string,
  key: { readonly name: string; readonly privateKey: KeyObject },
  timeSeconds: number,
): NoteSignature {
  requireKeyName(key.name);
  return {
    name: key.name,
    keyId: keyId(key.name, KEY_TYPE_COSIGNATURE, rawPublicKey(key.privateKey)),
    signature: timedSignature(checkpointText, key.privateKey, timeSeconds),
  };
}

/** A cosigner for signNote, its time fixed; refuses a text that is no checkpoint. */
export function cosignerFromKey(name: string, privateKey: KeyObject, timeSeconds: number): Signer {
  requireKeyName(name);
  requireTime(timeSeconds);
  return {
    name,
    keyId: keyId(name, KEY_TYPE_COSIGNATURE, rawPublicKey(privateKey)),
    type: KEY_TYPE_COSIGNATURE,
    sign: (text) => timedSignature(text.toString(), privateKey, timeSeconds),
  };
}

/** Verifies cosignatures (type 0x04). `raw`: the cosigner's 32-byte public key. */
export function cosignatureVerifierFromRaw(name: string, raw: Uint8Array): Verifier {
  requireKeyName(name);
  const key = publicKeyFromRaw(raw);
  return {
    name,
    keyId: keyId(name, KEY_TYPE_COSIGNATURE, raw),
    type: KEY_TYPE_COSIGNATURE,
    publicKey: Buffer.from(raw),
    verify: (text, signature) => {
      const timeSeconds = readTime(signature);
      if (timeSeconds === undefined) return false;
      return verify(
        null,
        cosignatureMessage(text.toString(), timeSeconds),
        key,
        signature.subarray(TIME_BYTES),
      );
    },
  };
}

/** The cosigner's time in POSIX seconds; undefined unless the signature is this verifier's and verifies. */
export function verifyCosignature(
  checkpointText: string,
  signature: NoteSignature,
  verifier: Verifier,
): number | undefined {
  if (verifier.type !== KEY_TYPE_COSIGNATURE) return undefined;
  if (signature.name !== verifier.name || signature.keyId !== verifier.keyId) return undefined;
  if (!verifier.verify(Buffer.from(checkpointText), signature.signature)) return undefined;
  return cosignatureTime(signature.signature);
}

/** The time within a cosignature, POSIX seconds; worth what its verification is worth. Throws NoteError 'malformed'. */
export function cosignatureTime(signature: Uint8Array): number {
  const timeSeconds = readTime(signature);
  if (timeSeconds === undefined)
    throw new NoteError('malformed', `no cosignature: ${signature.length} bytes`);
  return timeSeconds;
}

function timedSignature(checkpointText: string, privateKey: KeyObject, timeSeconds: number): Buffer {
  parseCheckpoint(checkpointText);
  const signature = sign(null, cosignatureMessage(checkpointText, timeSeconds), privateKey);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(timeSeconds));
  return Buffer.concat([time, signature]);
}

function readTime(signature: Uint8Array): number | undefined {
  if (signature.length !== COSIGNATURE_BYTES) return undefined;
  const timeSeconds = Number(Buffer.from(signature).readBigUInt64BE());
  return Number.isSafeInteger(timeSeconds) ? timeSeconds : undefined;
}

function requireTime(timeSeconds: number): void {
  if (!Number.isSafeInteger(timeSeconds) || timeSeconds < 0) {
    throw new NoteError('malformed', `no time in POSIX seconds: ${timeSeconds}`);
  }
}
