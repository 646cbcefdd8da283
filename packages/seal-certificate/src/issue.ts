import { randomBytes } from 'node:crypto';
import {
  bitString,
  explicit,
  generalizedTime,
  integer,
  sequence,
  unsignedInteger,
  utcTime,
} from '@lianzheng/der';
import { type PrivateKey, type PublicKey, publicKeyDer } from '@lianzheng/sm2';
import { signBytes, sm2WithSm3 } from './algorithm.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { SealCertificateError } from './errors.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  type Extension,
  encodeExtension,
  keyIdentifierOf,
  keyUsage,
  subjectKeyIdentifier,
} from './extensions.ts';
import { encodeName, type Subject } from './name.ts';
import { oids } from './oids.ts';
import { type Profile, profiles } from './profiles.ts';
import type { Request } from './request.ts';

/** An authority: its certificate and its key, which the caller protects. */
export type Issuer = { readonly certificate: Certificate; readonly privateKey: PrivateKey };

export type Validity = { readonly notBeforeAt: Date; readonly notAfterAt: Date };

export type IssueOptions = Validity & {
  readonly profile: Exclude<Profile, 'root'>;
  /** Where the revocation list can be had. */
  readonly crlUri?: string;
  /** Extensions beyond those of the profile. */
  readonly extensions?: readonly Extension[];
};

/** A self-signed root. */
export function createRoot(subject: Subject, privateKey: PrivateKey, validity: Validity): Issuer {
  const name = encodeName(subject);
  const { publicKey } = privateKey;
  const extensions = profileExtensions('root', publicKey, keyIdentifierOf(publicKey));
  const certificate = signCertificate(privateKey, name, { subject: name, publicKey, validity, extensions });
  return { certificate, privateKey };
}

/**
 * A certificate for the name and key of a request. What else it may do is the profile's. Throws SealCertificateError 'refused'
 * when the issuer is no authority for it or would end earlier.
 */
export function issueCertificate(issuer: Issuer, request: Request, options: IssueOptions): Certificate {
  const { certificate, privateKey } = issuer;
  refuseBeyond(certificate, options);
  return signCertificate(privateKey, certificate.subject.bytes, {
    subject: request.subject.bytes,
    publicKey: request.publicKey,
    validity: options,
    extensions: [
      ...profileExtensions(options.profile, request.publicKey, identifierOf(certificate)),
      ...(options.crlUri === undefined ? [] : [crlDistributionPoint(options.crlUri)]),
      ...(options.extensions ?? []),
    ],
  });
}

/**
 * The same name, key and extensions for another time, under a new serial number; the old one stays valid until it ends or is
 * revoked. Throws SealCertificateError 'refused' for a certificate of another issuer.
 */
export function renewCertificate(issuer: Issuer, old: Certificate, validity: Validity): Certificate {
  if (Buffer.compare(old.issuer.bytes, issuer.certificate.subject.bytes) !== 0)
    throw new SealCertificateError('refused', 'the certificate is of another issuer');
  refuseLater(issuer.certificate, validity);
  const { subject, publicKey } = old;
  // The issuer may have got another key meanwhile.
  const extensions = old.extensions.map((extension) =>
    extension.id === oids.authorityKeyIdentifier
      ? authorityKeyIdentifier(identifierOf(issuer.certificate))
      : extension,
  );
  return signCertificate(issuer.privateKey, issuer.certificate.subject.bytes, {
    subject: subject.bytes,
    publicKey,
    validity,
    extensions,
  });
}

/** Time as RFC 5280 §4.1.2.5 wants it: UTCTime until 2049, then GeneralizedTime. */
export function timeElement(at: Date): Buffer {
  return at.getUTCFullYear() < 2050 ? utcTime(at) : generalizedTime(at);
}

/** Of the issuer's key, as its certificate tells it. */
export function identifierOf({ subjectKeyIdentifier: told, publicKey }: Certificate): Uint8Array {
  return told ?? keyIdentifierOf(publicKey);
}

function profileExtensions(profile: Profile, publicKey: PublicKey, authority: Uint8Array): Extension[] {
  const { constraints, usages } = profiles[profile];
  return [
    basicConstraints(constraints),
    keyUsage(usages),
    subjectKeyIdentifier(publicKey),
    authorityKeyIdentifier(authority),
  ];
}

function signCertificate(
  privateKey: PrivateKey,
  issuer: Uint8Array,
  content: {
    subject: Uint8Array;
    publicKey: PublicKey;
    validity: Validity;
    extensions: readonly Extension[];
  },
): Certificate {
  const { subject, publicKey, validity, extensions } = content;
  const tbs = sequence(
    explicit(0, integer(2)),
    unsignedInteger(newSerialNumber()),
    sm2WithSm3(),
    issuer,
    sequence(timeElement(validity.notBeforeAt), timeElement(validity.notAfterAt)),
    subject,
    publicKeyDer(publicKey),
    explicit(3, sequence(...extensions.map(encodeExtension))),
  );
  // Read again, so that nothing leaves here that we would refuse.
  return parseCertificate(sequence(tbs, sm2WithSm3(), bitString(signBytes(privateKey, tbs))));
}

/** 126 random bits; the first octet is neither zero nor makes the number negative. */
function newSerialNumber(): Buffer {
  const octets = randomBytes(16);
  octets[0] = (octets[0]! & 0x3f) | 0x40;
  return octets;
}

function refuseBeyond(issuer: Certificate, options: IssueOptions): void {
  const { isAuthority, pathLength } = issuer.basicConstraints;
  const forAuthority = profiles[options.profile].constraints.isAuthority;
  if (!isAuthority || (forAuthority && pathLength === 0))
    throw new SealCertificateError(
      'refused',
      `the issuer may not issue a certificate for ${options.profile}`,
    );
  refuseLater(issuer, options);
}

function refuseLater(issuer: Certificate, { notBeforeAt, notAfterAt }: Validity): void {
  if (notBeforeAt < issuer.notBeforeAt || notAfterAt > issuer.notAfterAt)
    throw new SealCertificateError('refused', 'valid at times when its issuer is not');
}
