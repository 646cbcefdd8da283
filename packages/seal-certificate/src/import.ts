import { pemBlocks } from '@lianzheng/der';
import { type Certificate, parseCertificate } from './certificate.ts';
import { type CertificateList, parseCrl } from './crl.ts';
import { SealCertificateError } from './errors.ts';
import { openRequest, type Request } from './request.ts';

/** All certificates of a file: PEM, any number of blocks, or one in DER. Throws SealCertificateError, also for none. */
export function readCertificates(file: Uint8Array | string): Certificate[] {
  return blocksOf('CERTIFICATE', file).map(parseCertificate);
}

/** All revocation lists of a file, as readCertificates. */
export function readCrls(file: Uint8Array | string): CertificateList[] {
  return blocksOf('X509 CRL', file).map(parseCrl);
}

/** The one request of a file, with its signature checked. */
export function readRequest(file: Uint8Array | string): Request {
  const [request, ...more] = blocksOf('CERTIFICATE REQUEST', file);
  if (!request || more.length > 0) throw new SealCertificateError('malformed', 'not one request');
  return openRequest(request);
}

const SEQUENCE = 0x30;

function blocksOf(label: string, file: Uint8Array | string): Buffer[] {
  if (typeof file !== 'string' && file[0] === SEQUENCE) return [Buffer.from(file)];
  const blocks = pemBlocks(label, Buffer.from(file).toString('utf8'));
  if (blocks.length === 0) throw new SealCertificateError('malformed', `neither DER nor PEM of ${label}`);
  return blocks;
}
