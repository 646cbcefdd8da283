export type { VerifySignature } from './algorithm.ts';
export { type Certificate, parseCertificate } from './certificate.ts';
export {
  type CertificateList,
  parseCrl,
  type Revocation,
  type RevocationReason,
  reasonCodes,
} from './crl.ts';
export { SealCertificateError, type SealCertificateErrorCode } from './errors.ts';
export type { BasicConstraints, Extension, KeyUsage } from './extensions.ts';
export { readCertificates, readCrls, readRequest } from './import.ts';
export {
  createRoot,
  type IssueOptions,
  type Issuer,
  issueCertificate,
  renewCertificate,
  type Validity,
} from './issue.ts';
export { commonNameOf, type Name, type Subject } from './name.ts';
export type { ChainCode, ChainFinding, Trust } from './path.ts';
export { certificatePem, crlPem } from './pem.ts';
export type { Profile } from './profiles.ts';
export { makeRequest, openRequest, type Request } from './request.ts';
export { type RevocationCode, type RevocationFinding, revokedSince, type Times } from './revocation.ts';
export { isCompromise, type ListOptions, makeCrl, revoke } from './revoke.ts';
export {
  type UsageFinding,
  type ValidateOptions,
  type Validation,
  type ValidityFinding,
  validate,
} from './validate.ts';
