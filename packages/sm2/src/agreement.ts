import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import {
  bitString,
  type Cursor,
  enter,
  integer,
  next,
  octetString,
  octetStringOf,
  oid,
  parseDer,
  sequence,
  unsignedInteger,
} from '@lianzheng/der';
import { a, b, COORDINATE_BYTES, G, n, octetsOf, p, toOctets } from './curve.ts';

// ECDH on the SM2 curve. OpenSSL does ECDH only with keys of type EC, and takes every key on the SM2 curve that it reads for type
// SM2; node's older ECDH class refuses the curve as well. Both look at the parameters: written out, with -G as generator, it is no
// curve that they know, and an EC key. The product of a scalar and a point is the same whatever the generator.

/** A private key for `sharedAbscissa`, from PKCS#8 DER. The one copy of the scalar made here is overwritten. */
export function agreementPrivateKey(pkcs8: Uint8Array): KeyObject {
  const der = sequence(integer(0), algorithm(), octetString(ecPrivateKey(Buffer.alloc(COORDINATE_BYTES))));
  der.set(scalarIn(pkcs8), der.length - COORDINATE_BYTES);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** From 04 ‖ x ‖ y. Throws node's error when that is not on the curve. */
export function agreementPublicKey(point: Uint8Array): KeyObject {
  return createPublicKey({ key: sequence(algorithm(), bitString(point)), format: 'der', type: 'spki' });
}

/** x of the product, 32 octets. */
export function sharedAbscissa(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  return diffieHellman({ privateKey, publicKey });
}

/** AlgorithmIdentifier of id-ecPublicKey with SpecifiedECDomain (SEC 1 §C.2). */
function algorithm(): Buffer {
  const fieldId = sequence(oid('1.2.840.10045.1.1'), unsignedInteger(toOctets(p)));
  const curve = sequence(octetString(toOctets(a)), octetString(toOctets(b)));
  const generator = octetString(octetsOf({ x: G.x, y: p - G.y }));
  const domain = sequence(integer(1), fieldId, curve, generator, unsignedInteger(toOctets(n)), integer(1));
  return sequence(oid('1.2.840.10045.2.1'), domain);
}

/** ECPrivateKey (RFC 5915) without its optional parts: the scalar is its end. */
function ecPrivateKey(scalar: Uint8Array): Buffer {
  return sequence(integer(1), octetString(scalar));
}

/** PrivateKeyInfo {version, algorithm, OCTET STRING {ECPrivateKey {1, OCTET STRING scalar, …}}}: a view, not a copy. */
function scalarIn(pkcs8: Uint8Array): Uint8Array {
  const second = (cursor: Cursor) => {
    next(cursor, 'version');
    return next(cursor, 'value');
  };
  const info = enter(parseDer(pkcs8, 'PrivateKeyInfo'));
  second(info);
  const inner = octetStringOf(next(info, 'privateKey'));
  return octetStringOf(second(enter(parseDer(inner, 'ECPrivateKey'))));
}
