/** Why a certificate or a request was refused. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}
