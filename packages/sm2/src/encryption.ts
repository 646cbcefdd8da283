import { ECDH, generateKeyPairSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { agreementPrivateKey, agreementPublicKey, sharedAbscissa } from './agreement.ts';
import { decodeCiphertext, encodeCiphertext } from './ciphertext.ts';
import {
  addPoints,
  COORDINATE_BYTES,
  fromOctets,
  G,
  modP,
  octetsOf,
  POINT_BYTES,
  type Point,
  pointOf,
} from './curve.ts';
import { Sm2Error } from './errors.ts';
import { deriveKey } from './kdf.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { sm3 } from './sm3.ts';

// node:crypto offers no SM2 encryption: publicEncrypt and privateDecrypt set an RSA padding, which OpenSSL refuses for SM2. ECDH
// gives x of a product from inside OpenSSL; y is one of two roots. No scalar is ever a number in JavaScript: its octets pass
// from one key object of OpenSSL to another and are overwritten.

/**
 * SM2 encryption (GB/T 32918.4 §6.1) in the DER of GB/T 35276. Every call makes its own ephemeral
 * key in OpenSSL. Meant for keys and short texts: it hashes a block for every 32 bytes. Throws Sm2Error 'cipher' for an empty
 * message, which the standard does not have.
 */
export function encrypt(publicKey: PublicKey, message: Uint8Array): Buffer {
  if (message.length === 0) throw new Sm2Error('cipher', 'nothing to encrypt');
  const peers = peersOf(publicKey.point, 'key');
  for (;;) {
    const { key, point } = ephemeralKey();
    const { x, y } = product(key, peers, point);
    const mask = deriveKey(Buffer.concat([x, y]), message.length);
    // §6.1 A5: a key stream of zeros would show the message.
    if (isZero(mask)) continue;
    return encodeCiphertext({ point, hash: sm3(x, message, y), masked: xor(message, mask) });
  }
}

export type Decryptor = {
  /** Throws Sm2Error 'cipher', with one and the same message whatever is wrong behind the DER. */
  decrypt(ciphertext: Uint8Array): Buffer;
};

/** Copies the private scalar within OpenSSL once, for any number of texts. */
export function createDecryptor(privateKey: PrivateKey): Decryptor {
  const key = forAgreement(privateKey.key.export({ type: 'pkcs8', format: 'der' }));
  return {
    decrypt(ciphertext) {
      const { point, hash, masked } = decodeCiphertext(ciphertext);
      const { x, y } = product(key, peersOf(point, 'cipher'), privateKey.publicKey.point);
      const mask = deriveKey(Buffer.concat([x, y]), masked.length);
      const message = xor(masked, mask);
      if (!timingSafeEqual(sm3(x, message, y), hash) || isZero(mask)) throw refused();
      return message;
    },
  };
}

function ephemeralKey(): { key: KeyObject; point: Buffer } {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return { key: forAgreement(pair.privateKey), point: pair.publicKey.subarray(-POINT_BYTES) };
}

/** Overwrites `pkcs8`. */
function forAgreement(pkcs8: Buffer): KeyObject {
  try {
    return agreementPrivateKey(pkcs8);
  } finally {
    pkcs8.fill(0);
  }
}

/** A point Q and Q + G, as keys for ECDH. */
type Peers = { readonly point: KeyObject; readonly plusG: KeyObject };

/** Throws Sm2Error for a point that is not on the curve, and for G and -G, of which whoever sends them knows the scalar. */
function peersOf(octets: Uint8Array, code: 'key' | 'cipher'): Peers {
  const point = pointOf(octets);
  if (point.x === G.x) throw new Sm2Error(code, 'the point is the base point');
  try {
    return { point: agreementPublicKey(octets), plusG: agreementPublicKey(octetsOf(addPoints(point, G))) };
  } catch (cause) {
    throw code === 'key' ? new Sm2Error('key', 'the point is not on the curve', cause) : refused(cause);
  }
}

/**
 * S = kQ, where ECDH gives x(S) and x(k(Q + G)) = x(S + K) with K = kG, the public key of k. Both roots must not simply be tried:
 * whoever turns the sign of Q would have another ciphertext that opens.
 */
function product(key: KeyObject, peers: Peers, ownPoint: Uint8Array): { x: Buffer; y: Buffer } {
  const x = sharedAbscissa(key, peers.point);
  return { x, y: rootThatAdds(x, pointOf(ownPoint), fromOctets(sharedAbscissa(key, peers.plusG))) };
}

/** Both y for this x, taken by OpenSSL. */
function rootsOf(x: Uint8Array): [Buffer, Buffer] {
  const root = (sign: number) =>
    (
      ECDH.convertKey(
        Buffer.concat([Buffer.of(sign), x]),
        'SM2',
        undefined,
        undefined,
        'uncompressed',
      ) as unknown as Buffer
    ).subarray(1 + COORDINATE_BYTES);
  return [root(2), root(3)];
}

/**
 * The y of S, of which x(S) is known, K and x(S + K). By the addition formula x(S + K) = ((yS − yK) / (xS − xK))² − xS − xK;
 * written without the division, one of the two roots fulfils it.
 */
function rootThatAdds(xOctets: Buffer, own: Point, sum: bigint): Buffer {
  const x = fromOctets(xOctets);
  const wanted = modP((sum + x + own.x) * (x - own.x) * (x - own.x));
  const found = rootsOf(xOctets).find((root) => modP((fromOctets(root) - own.y) ** 2n) === wanted);
  if (!found) throw new Error('OpenSSL gave products that do not belong together');
  return found;
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((octet, at) => octet ^ other[at]!));
}

function isZero(octets: Uint8Array): boolean {
  return octets.every((octet) => octet === 0);
}

function refused(cause?: unknown): Sm2Error {
  return new Sm2Error('cipher', 'not encrypted to this key, or altered', cause);
}
