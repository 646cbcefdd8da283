import { createSign, createVerify } from 'node:crypto';
import { Sm2Error } from './errors.ts';
import { DEFAULT_ID, identityDigest } from './identity.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { parseSignature } from './signature.ts';

/**
 * SM2 signature with SM3 (GB/T 32918.2 §6.1) in DER. OpenSSL hashes what it is given, so Z goes before the message;
 * `crypto.sign` would add a Z of the empty ID instead.
 */
export function sign({ key, publicKey }: PrivateKey, message: Uint8Array, id = DEFAULT_ID): Buffer {
  return createSign('sm3').update(identityDigest(publicKey, id)).update(message).sign(key);
}

/** By OpenSSL. False also for a signature that is not in its one DER encoding. `createVerifier` is the same, faster for known keys. */
export function verify(
  publicKey: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  id = DEFAULT_ID,
): boolean {
  const z = identityDigest(publicKey, id);
  return isSignature(signature) && verifiesWithOpenssl(publicKey, z, message, signature);
}

/** For a signature that parseSignature took. */
export function verifiesWithOpenssl(
  { key }: PublicKey,
  z: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return createVerify('sm3').update(z).update(message).verify(key, signature);
}

function isSignature(der: Uint8Array): boolean {
  try {
    parseSignature(der);
    return true;
  } catch (error) {
    if (error instanceof Sm2Error) return false;
    throw error;
  }
}
