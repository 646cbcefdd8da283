export { CHECKS, type Check, type CheckName, type CheckResult, type Judged, type Words } from './checks.ts';
export type { Trust, VerifyOptions } from './trust.ts';
export { type Report, type SealReport, verifyDocument } from './verify.ts';
