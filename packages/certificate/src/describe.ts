import { X509Certificate as NodeCertificate } from 'node:crypto';
import { CertificateError } from './errors.ts';
import { type Names, readNames } from './names.ts';
import { X509Certificate } from './x509.ts';

export type CertificateDescription = Names & {
  /** CN of the authority. */
  issuer: string;
  /** Hexadecimal, lower case. */
  serialNumber: string;
  notBeforeAt: Date;
  notAfterAt: Date;
  /** SHA-256 of the certificate, hexadecimal, lower case. */
  fingerprint: string;
  isAuthority: boolean;
};

/** Reads the first certificate of a PEM text; checks nothing. Fails with CertificateError. */
export function describeCertificate(pem: string): CertificateDescription {
  const { node, certificate } = parse(pem);
  const { others: _, ...names } = readNames(certificate.subjectName, certificate.extensions);
  return {
    ...names,
    issuer: certificate.issuerName.getField('CN')[0] ?? '',
    serialNumber: certificate.serialNumber.toLowerCase(),
    notBeforeAt: certificate.notBefore,
    notAfterAt: certificate.notAfter,
    fingerprint: node.fingerprint256.replaceAll(':', '').toLowerCase(),
    isAuthority: node.ca,
  };
}

function parse(pem: string): { node: NodeCertificate; certificate: X509Certificate } {
  try {
    const node = new NodeCertificate(pem);
    return { node, certificate: new X509Certificate(new Uint8Array(node.raw)) };
  } catch (cause) {
    throw new CertificateError('not a certificate in PEM', { cause });
  }
}
