import type { VerifyLicenceRequest } from '@lianzheng/proto/exchange/v1/exchange';
import { identifierOf } from './synthetic.ts';

/** A department at its counter asks about the licence of entry `n`. */
export function verifyRequest(n: number): VerifyLicenceRequest {
  return {
    identifier: identifierOf(n),
    document: undefined,
    asOf: undefined,
    knownAt: undefined,
    maxStalenessMs: undefined,
    withProof: false,
    caseNumber: 'CASE-2026-000001',
    matterCode: 'M-000001',
    officer: 'officer.001',
  };
}
