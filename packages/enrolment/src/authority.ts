import {
  type Authority,
  type CertificateDescription,
  createAuthority,
  describeCertificate,
} from '@lianzheng/certificate';
import { createSealer, parseEnvelope, type Secret } from '@lianzheng/cipher';
import { EnrolmentError } from './errors.ts';
import { readJson, writeJson } from './files.ts';
import { layoutOf } from './layout.ts';

const SEALED_AS = 'lianzheng certificate authority';
const AUTHORITY_DAYS = 3_650;

/** Certificates of nodes and callers; renewed by another bundle long before. */
export const CERTIFICATE_DAYS = 1_095;

/** Makes the CA of the whole mesh; its key lies sealed in the province's folder. */
export async function makeAuthority(
  dir: string,
  secret: Secret,
  now: Date,
  province: string,
): Promise<Authority> {
  const commonName = `lianzheng ${province} CA`;
  const authority = await createAuthority({ commonName, days: AUTHORITY_DAYS, now });
  const key = await createSealer(secret).seal(Buffer.from(authority.keyPem), SEALED_AS);
  await writeJson(layoutOf(dir).authorityFile, { format: 1, certificate: authority.certPem, key }, 'private');
  return authority;
}

/** Throws EnrolmentError 'absent' where this is not the province, CipherError 'refused' for a wrong secret. */
export async function openAuthorityFile(dir: string, secret: Secret): Promise<Authority> {
  const { authorityFile } = layoutOf(dir);
  const file = (await readJson(authorityFile)) as { certificate?: unknown; key?: unknown };
  if (typeof file.certificate !== 'string') {
    throw new EnrolmentError('malformed', `no certificate in ${authorityFile}`);
  }
  const keyPem = await createSealer(secret).open(parseEnvelope(file.key), SEALED_AS);
  return { certPem: file.certificate, keyPem: keyPem.toString() };
}

/** What `init` at the province shows and a city pins: SHA-256 of the CA's certificate, hexadecimal. */
export function authorityFingerprint(caPem: string): string {
  return describe(caPem).fingerprint;
}

function describe(caPem: string): CertificateDescription {
  const description = describeCertificate(caPem);
  if (!description.isAuthority) throw new EnrolmentError('untrusted', 'not the certificate of an authority');
  return description;
}
