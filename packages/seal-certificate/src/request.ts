import {
  bitString,
  type Cursor,
  contextConstructed,
  enter,
  expectTag,
  implicit,
  integer,
  next,
  parseDer,
  pemOf,
  sequence,
  setOf,
  smallIntegerOf,
} from '@lianzheng/der';
import { type PrivateKey, type PublicKey, publicKeyDer, verify } from '@lianzheng/sm2';
import { isSignedBy, publicKeyIn, signBytes, sm2WithSm3 } from './algorithm.ts';
import { orMalformed, readSignature } from './certificate.ts';
import { SealCertificateError } from './errors.ts';
import { decodeName, encodeName, type Name, type Subject } from './name.ts';

/** What a PKCS#10 request proves: who has the private key of `publicKey` wants to be called `subject`. */
export type Request = { readonly subject: Name; readonly publicKey: PublicKey };

/** A PKCS#10 request in PEM (GM/T 0014), for a key that never leaves its place. */
export function makeRequest(subject: Subject, privateKey: PrivateKey): string {
  const attributes = implicit(0, setOf());
  const info = sequence(integer(0), encodeName(subject), publicKeyDer(privateKey.publicKey), attributes);
  return pemOf('CERTIFICATE REQUEST', sequence(info, sm2WithSm3(), bitString(signBytes(privateKey, info))));
}

/**
 * Reads a request and checks its signature. Attributes, such as extensions asked for, are passed over: the authority decides.
 * Throws SealCertificateError 'malformed', or 'refused' when the signature is not by the key in it.
 */
export function openRequest(der: Uint8Array): Request {
  const { signed, request } = orMalformed('PKCS#10 request', () => {
    const cursor = enter(parseDer(der, 'CertificationRequest', { maxBytes: 64 << 10 }));
    const info = next(cursor, 'certificationRequestInfo');
    const { of } = readSignature(cursor);
    return { signed: { signedBytes: info.bytes, ...of }, request: readInfo(enter(info)) };
  });
  if (!isSignedBy(signed, request.publicKey, verify))
    throw new SealCertificateError('refused', 'the request is not signed with its own key');
  return request;
}

function readInfo(cursor: Cursor): Request {
  smallIntegerOf(next(cursor, 'version'), { max: 0 });
  const subject = decodeName(next(cursor, 'subject'));
  const publicKey = publicKeyIn(next(cursor, 'subjectPKInfo'));
  expectTag(next(cursor, 'attributes'), contextConstructed(0));
  return { subject, publicKey };
}
