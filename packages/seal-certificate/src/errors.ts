/** malformed: not a certificate, list or request in DER or PEM, or not of SM2 · refused: what is asked for may not be issued. */
export type SealCertificateErrorCode = 'malformed' | 'refused';

export class SealCertificateError extends Error {
  override readonly name = 'SealCertificateError';
  readonly code: SealCertificateErrorCode;

  constructor(code: SealCertificateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
