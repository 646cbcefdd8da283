export { type Authority, createAuthority, type Validity } from './authority.ts';
export { type CertificateDescription, describeCertificate } from './describe.ts';
export { CertificateError } from './errors.ts';
export { type IssueOptions, issueCertificate } from './issue.ts';
export type { Names } from './names.ts';
export { makeRequest, type RequestedNames } from './request.ts';
