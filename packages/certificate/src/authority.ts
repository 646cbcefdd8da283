import { randomBytes } from 'node:crypto';
import { exportPrivateKey, importPrivateKey, makeKeys, signingAlgorithm } from './keys.ts';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.ts';

/** A certificate authority; the key (PKCS#8 PEM) stays where it was made. */
export type Authority = { certPem: string; keyPem: string };

export type Validity = {
  /** From `now`. */
  days: number;
  now: Date;
};

/** Clocks differ: a certificate is valid on a machine that is up to an hour behind. */
const toleranceMs = 3_600_000;
const dayMs = 86_400_000;

export function validity({ days, now }: Validity): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - toleranceMs),
    notAfter: new Date(now.getTime() + days * dayMs),
  };
}

/** 127 random bits, positive and without a leading zero byte (RFC 5280 §4.1.2.2). */
export function makeSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** A self-signed authority that signs end certificates only. */
export async function createAuthority({
  commonName,
  ...period
}: { commonName: string } & Validity): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: makeSerialNumber(),
    name: [{ CN: [commonName] }],
    ...validity(period),
    signingAlgorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      // Beside certificates it signs enrolment bundles.
      new KeyUsagesExtension(
        KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: pemOf(certificate), keyPem: await exportPrivateKey(keys.privateKey) };
}

export async function openAuthority({ certPem, keyPem }: Authority) {
  return { certificate: new X509Certificate(certPem), key: await importPrivateKey(keyPem) };
}

/** PEM that ends with a line feed, so that files may be joined. */
export function pemOf(value: { toString(format: 'pem'): string }): string {
  return `${value.toString('pem').trim()}\n`;
}
