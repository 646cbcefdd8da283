import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { NoteError } from './errors.ts';
import { requireKeyName } from './note.ts';

/** Signature type bytes of C2SP signed-note. */
export const KEY_TYPE_ED25519 = 0x01;
export const KEY_TYPE_COSIGNATURE = 0x04;

/** Signs note texts. The seam for keys held elsewhere: `sign` returns what follows the key id in the signature line. */
export type Signer = {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  sign(text: Buffer): Buffer | Promise<Buffer>;
};

export type Verifier = {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  /** 32 bytes (RFC 8032) */
  readonly publicKey: Buffer;
  verify(text: Buffer, signature: Buffer): boolean;
};

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key), its first 4 bytes as uint32, big-endian. */
export function keyId(name: string, type: number, publicKey: Uint8Array): number {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(publicKey)
    .digest()
    .readUInt32BE();
}

/** As in verifier keys: 8 lowercase hex digits. */
export function keyIdHex(id: number): string {
  return id.toString(16).padStart(8, '0');
}

/** `privateKey`: an Ed25519 private KeyObject. */
export function signerFromKey(name: string, privateKey: KeyObject): Signer {
  requireKeyName(name);
  return {
    name,
    keyId: keyId(name, KEY_TYPE_ED25519, rawPublicKey(privateKey)),
    type: KEY_TYPE_ED25519,
    sign: (text) => sign(null, text, privateKey),
  };
}

/** The 32 bytes of an Ed25519 key, private or public. Throws NoteError for another kind of key. */
export function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new NoteError('malformed', `no Ed25519 key: ${key.asymmetricKeyType ?? key.type}`);
  }
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return Buffer.from(x!, 'base64url');
}

export function publicKeyFromRaw(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new NoteError('malformed', `Ed25519 public key of ${raw.length} bytes`);
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** Verifies note signatures (type 0x01). `raw`: 32 bytes. Throws NoteError 'malformed' for a bad name or key. */
export function verifierFromRaw(name: string, raw: Uint8Array): Verifier {
  requireKeyName(name);
  const key = publicKeyFromRaw(raw);
  return {
    name,
    keyId: keyId(name, KEY_TYPE_ED25519, raw),
    type: KEY_TYPE_ED25519,
    publicKey: Buffer.from(raw),
    verify: (text, signature) => verify(null, text, key, signature),
  };
}
