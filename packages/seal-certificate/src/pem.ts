import { pemOf } from '@lianzheng/der';
import type { Certificate } from './certificate.ts';
import type { CertificateList } from './crl.ts';

export function certificatePem({ bytes }: Pick<Certificate, 'bytes'>): string {
  return pemOf('CERTIFICATE', bytes);
}

export function crlPem({ bytes }: Pick<CertificateList, 'bytes'>): string {
  return pemOf('X509 CRL', bytes);
}
