import {
  bitString,
  enumerated,
  explicit,
  generalizedTime,
  integer,
  sequence,
  unsignedInteger,
} from '@lianzheng/der';
import { signBytes, sm2WithSm3 } from './algorithm.ts';
import { type CertificateList, parseCrl, type Revocation, reasonCodes } from './crl.ts';
import { SealCertificateError } from './errors.ts';
import { authorityKeyIdentifier, type Extension, encodeExtension } from './extensions.ts';
import { type Issuer, identifierOf, timeElement } from './issue.ts';
import { oids } from './oids.ts';

export type ListOptions = {
  /** Greater than that of every list before. */
  readonly number: bigint;
  readonly thisUpdateAt: Date;
  readonly nextUpdateAt: Date;
  /** All that the issuer ever revoked: those of expired certificates too, because their signatures are still verified. */
  readonly revocations: readonly Revocation[];
};

/**
 * The revocations with one more. A certificate on hold may be revoked for good; else a revocation is final, but a compromise found
 * out later replaces a weaker reason. The earlier date stays. Throws SealCertificateError 'refused' otherwise.
 */
export function revoke(revocations: readonly Revocation[], revocation: Revocation): Revocation[] {
  const before = revocations.find(({ serialNumber }) => serialNumber === revocation.serialNumber);
  if (before && before.reason !== 'certificateHold' && !(isCompromise(revocation) && !isCompromise(before)))
    throw new SealCertificateError('refused', `${revocation.serialNumber} is revoked already`);
  const revokedAt =
    before && before.revokedAt < revocation.revokedAt ? before.revokedAt : revocation.revokedAt;
  return [...revocations.filter((each) => each !== before), { ...revocation, revokedAt }];
}

/** Whether the key may be in other hands: then no time that a signature itself tells is believed. */
export function isCompromise({ reason }: Revocation): boolean {
  return reason === 'keyCompromise' || reason === 'cACompromise' || reason === 'aACompromise';
}

/** A complete revocation list, version 2 (RFC 5280 §5). It says that expired certificates stay listed (X.509 §9.5.2.10). */
export function makeCrl({ certificate, privateKey }: Issuer, options: ListOptions): CertificateList {
  const { number, thisUpdateAt, nextUpdateAt, revocations } = options;
  const extensions = [
    authorityKeyIdentifier(identifierOf(certificate)),
    plain(oids.crlNumber, integer(number)),
    plain(oids.expiredCertsOnCrl, generalizedTime(certificate.notBeforeAt)),
  ];
  const tbs = sequence(
    integer(1),
    sm2WithSm3(),
    certificate.subject.bytes,
    timeElement(thisUpdateAt),
    timeElement(nextUpdateAt),
    // RFC 5280 §5.1.2.6: left out when nothing is revoked.
    revocations.length === 0 ? undefined : sequence(...revocations.map(encodeRevocation)),
    explicit(0, sequence(...extensions.map(encodeExtension))),
  );
  return parseCrl(sequence(tbs, sm2WithSm3(), bitString(signBytes(privateKey, tbs))));
}

function encodeRevocation({ serialNumber, revokedAt, reason, invalidAt }: Revocation): Buffer {
  const extensions = [
    // §5.3.1: "unspecified" is said by saying nothing.
    ...(reason === 'unspecified' ? [] : [plain(oids.reasonCode, enumerated(reasonCodes[reason]))]),
    ...(invalidAt ? [plain(oids.invalidityDate, generalizedTime(invalidAt))] : []),
  ];
  return sequence(
    unsignedInteger(Buffer.from(serialNumber, 'hex')),
    timeElement(revokedAt),
    extensions.length === 0 ? undefined : sequence(...extensions.map(encodeExtension)),
  );
}

function plain(id: string, value: Uint8Array): Extension {
  return { id, critical: false, value };
}
