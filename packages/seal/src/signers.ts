import {
  type Element,
  enter,
  finish,
  members,
  next,
  octetString,
  octetStringOf,
  printableString,
  printableStringOf,
  sequence,
} from '@lianzheng/der';
import { sm3 } from '@lianzheng/sm2';

/** Who may use a seal (SES_CertList): certificates in DER, or their digests. */
export type Signers =
  | { readonly kind: 'certificates'; readonly certificates: readonly Uint8Array[] }
  | { readonly kind: 'digests'; readonly digests: readonly CertificateDigest[] };

/** `type` is free text in the standard; the OID of the hash, or its name. */
export type CertificateDigest = { readonly type: string; readonly value: Uint8Array };

/** certListType. */
export const signersType = { certificates: 1, digests: 2 } as const;

export const SM3_OID = '1.2.156.10197.1.401';

export function encodeSigners(signers: Signers): Buffer {
  if (signers.kind === 'certificates') return sequence(...signers.certificates.map(octetString));
  return sequence(
    ...signers.digests.map(({ type, value }) => sequence(printableString(type), octetString(value))),
  );
}

export function decodeSigners(kind: Signers['kind'], element: Element): Signers {
  const each = members(element);
  if (kind === 'certificates') return { kind, certificates: each.map((member) => octetStringOf(member)) };
  return { kind, digests: each.map(decodeDigest) };
}

/** Undefined: a digest that we cannot compute may be this certificate's. */
export function isListed(signers: Signers, certificate: Uint8Array): boolean | undefined {
  if (signers.kind === 'certificates')
    return signers.certificates.some((listed) => Buffer.compare(listed, certificate) === 0);
  const digest = sm3(certificate);
  if (signers.digests.some(({ value }) => Buffer.compare(value, digest) === 0)) return true;
  return signers.digests.every(({ type }) => type === SM3_OID || /^sm3$/i.test(type)) ? false : undefined;
}

function decodeDigest(element: Element): CertificateDigest {
  const cursor = enter(element);
  const type = printableStringOf(next(cursor, 'type'));
  const value = octetStringOf(next(cursor, 'value'));
  finish(cursor);
  return { type, value };
}
