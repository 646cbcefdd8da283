import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  KeyObject,
  sign as signRaw,
  verify as verifyRaw,
} from 'node:crypto';
import { G, isOnCurve, octetsOf, POINT_BYTES, p, pointOf } from './curve.ts';
import { Sm2Error } from './errors.ts';

export type PublicKey = {
  /** Imported, so that OpenSSL verifies SM2 with it, not ECDSA. */
  readonly key: KeyObject;
  /** 04 ‖ x ‖ y. */
  readonly point: Buffer;
  /** Z by signer ID, kept by `identityDigest`. */
  readonly identityDigests: Map<string, Buffer>;
};

export type PrivateKey = { readonly key: KeyObject; readonly publicKey: PublicKey };

/** SubjectPublicKeyInfo {id-ecPublicKey, SM2 curve} up to the point: the only form that is taken (GM/T 0015). */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');

/**
 * From a KeyObject, SPKI (PEM or DER) or the raw point 04 ‖ x ‖ y. Throws Sm2Error 'key' for any other curve, a point that is
 * not on the curve or at infinity, and for a key that node:crypto takes for EC.
 */
export function publicKeyOf(input: KeyObject | string | Uint8Array): PublicKey {
  if (typeof input !== 'string' && !(input instanceof KeyObject)) return publicKeyAt(pointIn(input));
  const key = input instanceof KeyObject ? input : parsePublic(input);
  if (key.type !== 'public') throw new Sm2Error('key', `a ${key.type} key is no public key`);
  refuseEc(key);
  return publicKeyAt(pointIn(spkiOf(key)), key);
}

/** SubjectPublicKeyInfo in DER. */
export function publicKeyDer({ point }: PublicKey): Buffer {
  return Buffer.concat([SPKI_PREFIX, point]);
}

/**
 * From a KeyObject or PKCS#8 (PEM or DER, encrypted with `passphrase`). Throws Sm2Error 'key' as publicKeyOf does, and when its
 * two halves do not belong together.
 */
export function privateKeyOf(input: KeyObject | string | Uint8Array, passphrase?: string): PrivateKey {
  const key = input instanceof KeyObject ? input : parsePrivate(input, passphrase);
  if (key.type !== 'private') throw new Sm2Error('key', `a ${key.type} key is no private key`);
  refuseEc(key);
  const publicKey = publicKeyOf(createPublicKey(key));
  // d = n - 1, which GB/T 32918.1 §6.1 excludes: 1 + d has no inverse.
  if (publicKey.point.equals(octetsOf({ x: G.x, y: p - G.y })))
    throw new Sm2Error('key', 'private key out of range');
  const probe = Buffer.from('key pair');
  if (!verifyRaw('sm3', probe, publicKey.key, signRaw('sm3', probe, key)))
    throw new Sm2Error('key', 'private and public key do not belong together');
  return { key, publicKey };
}

/** A new pair. It is imported anew: straight from the generator, node:crypto would sign ECDSA with it without a word. */
export function generateKeyPair(): PrivateKey {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  try {
    return privateKeyOf(privateKey);
  } finally {
    privateKey.fill(0);
  }
}

/** PKCS#8, under a passphrase PBES2 with AES-256-CBC. */
export function privateKeyPem({ key }: PrivateKey, passphrase?: string): string {
  const protection = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return key.export({ type: 'pkcs8', format: 'pem', ...protection }) as string;
}

export function publicKeyPem({ key }: PublicKey): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

function refuseEc(key: KeyObject): void {
  if (key.asymmetricKeyType === 'ec')
    throw new Sm2Error('key', 'a key of type ec makes ECDSA signatures: export it and import it again');
}

/** OpenSSL's key is made when it is first asked for: whoever only reads certificates, or verifies with tables, needs none. */
function publicKeyAt(point: Buffer, imported?: KeyObject): PublicKey {
  if (!isOnCurve(pointOf(point))) throw new Sm2Error('key', 'the point is not on the SM2 curve');
  let key = imported;
  return {
    get key() {
      key ??= createPublicKey({ key: Buffer.concat([SPKI_PREFIX, point]), format: 'der', type: 'spki' });
      return key;
    },
    point,
    identityDigests: new Map(),
  };
}

function pointIn(input: Uint8Array): Buffer {
  const octets = Buffer.from(input);
  const start = octets.length === POINT_BYTES ? 0 : SPKI_PREFIX.length;
  const isSpki = start === 0 || octets.subarray(0, start).equals(SPKI_PREFIX);
  if (!isSpki || octets.length !== start + POINT_BYTES || octets[start] !== 4)
    throw new Sm2Error('key', 'no public key on the SM2 curve');
  return octets.subarray(start);
}

function parsePublic(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new Sm2Error('key', 'no public key that OpenSSL reads', cause);
  }
}

function parsePrivate(input: string | Uint8Array, passphrase: string | undefined): KeyObject {
  try {
    return typeof input === 'string'
      ? createPrivateKey({ key: input, format: 'pem', passphrase })
      : createPrivateKey({ key: Buffer.from(input), format: 'der', type: 'pkcs8', passphrase });
  } catch (cause) {
    throw new Sm2Error('key', 'no private key that OpenSSL reads, or a wrong passphrase', cause);
  }
}

function spkiOf(key: KeyObject): Buffer {
  try {
    return key.export({ type: 'spki', format: 'der' });
  } catch (cause) {
    // OpenSSL reads a point at infinity, but does not write it.
    throw new Sm2Error('key', 'no public key that OpenSSL writes', cause);
  }
}
