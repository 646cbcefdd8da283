import {
  type Authority,
  makeSerialNumber,
  openAuthority,
  pemOf,
  type Validity,
  validity,
} from './authority.ts';
import { CertificateError } from './errors.ts';
import { signingAlgorithm } from './keys.ts';
import { type Names, sanExtension } from './names.ts';
import { openRequest, type RequestedNames, toNames } from './request.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.ts';

export type IssueOptions = Validity & {
  /** A service answers and calls; a caller (department, auditor, operator) only calls. */
  kind: 'service' | 'caller';
  /** The names that the bearer may have; a request for any other is refused. */
  allow: RequestedNames;
};

/**
 * Signs a request. The certificate bears the names of the request, nothing else is taken from it.
 * Fails with CertificateError when the request is malformed, its signature does not verify, or it asks for a name
 * that is not allowed.
 */
export async function issueCertificate(
  authority: Authority,
  csrPem: string,
  { kind, allow, ...period }: IssueOptions,
): Promise<string> {
  const { request, names } = await openRequest(csrPem);
  refuseOthers(names, toNames(allow));
  const issuer = await openAuthority(authority);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: makeSerialNumber(),
    subject: [{ CN: [names.commonName] }],
    issuer: issuer.certificate.subjectName,
    ...validity(period),
    signingAlgorithm,
    publicKey: request.publicKey,
    signingKey: issuer.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(usages[kind]),
      await SubjectKeyIdentifierExtension.create(request.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
      ...sanExtension(names),
    ],
  });
  return pemOf(certificate);
}

const usages = {
  service: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  caller: [ExtendedKeyUsage.clientAuth],
};

function refuseOthers(asked: Names, allowed: Names): void {
  const refused = [
    ...(asked.commonName === allowed.commonName ? [] : [`CN ${asked.commonName}`]),
    ...beyond(asked.uris, allowed.uris),
    ...beyond(asked.dnsNames, allowed.dnsNames),
    ...beyond(asked.ipAddresses, allowed.ipAddresses),
  ];
  if (refused.length > 0)
    throw new CertificateError(`request asks for names not allowed: ${refused.join(', ')}`);
}

function beyond(asked: readonly string[], allowed: readonly string[]): string[] {
  return asked.filter((name) => !allowed.includes(name));
}
