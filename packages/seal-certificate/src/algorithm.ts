import { type Element, enter, finish, hasMore, next, nullOf, oid, oidOf, sequence } from '@lianzheng/der';
import {
  DEFAULT_ID,
  type PrivateKey,
  type PublicKey,
  publicKeyOf,
  Sm2Error,
  sign,
  type verify,
} from '@lianzheng/sm2';
import { SealCertificateError } from './errors.ts';
import { oids } from './oids.ts';

/** How signatures are checked: `verify` of @lianzheng/sm2, or a verifier's with tables. */
export type VerifySignature = typeof verify;

/** Something signed: certificate, list or request. `signedBytes` exactly as they stood in the input. */
export type Signed = { readonly signedBytes: Uint8Array; readonly signature: Uint8Array };

/** AlgorithmIdentifier of SM2 with SM3, without parameters (GM/T 0015 §5.2.3.3). */
export function sm2WithSm3(): Buffer {
  return sequence(oid(oids.sm2WithSm3));
}

/** Throws SealCertificateError for another algorithm. Some authorities write NULL parameters. */
export function expectSm2WithSm3(element: Element): void {
  const cursor = enter(element);
  const algorithm = oidOf(next(cursor, 'algorithm'));
  if (hasMore(cursor)) nullOf(next(cursor, 'parameters'));
  finish(cursor);
  if (algorithm !== oids.sm2WithSm3)
    throw new SealCertificateError('malformed', `signed with ${algorithm}, not with SM2 and SM3`);
}

/** Throws SealCertificateError for keys of other kinds. */
export function publicKeyIn(spki: Element): PublicKey {
  try {
    return publicKeyOf(spki.bytes);
  } catch (cause) {
    if (cause instanceof Sm2Error) throw new SealCertificateError('malformed', 'no SM2 public key', cause);
    throw cause;
  }
}

/** Certificates, lists and requests are signed under the default ID (GM/T 0015 §5.2.3.3, GB/T 35276). */
export function signBytes(privateKey: PrivateKey, bytes: Uint8Array): Buffer {
  return sign(privateKey, bytes, DEFAULT_ID);
}

export function isSignedBy(
  { signedBytes, signature }: Signed,
  publicKey: PublicKey,
  verifySignature: VerifySignature,
): boolean {
  return verifySignature(publicKey, signedBytes, signature, DEFAULT_ID);
}
