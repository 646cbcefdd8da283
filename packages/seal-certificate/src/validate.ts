import { verify } from '@lianzheng/sm2';
import type { VerifySignature } from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateList } from './crl.ts';
import type { KeyUsage } from './extensions.ts';
import { type ChainFinding, findPath, type Trust } from './path.ts';
import { judgeRevocation, type RevocationFinding, type Times } from './revocation.ts';

export type ValidityFinding = {
  readonly result: 'passed' | 'failed';
  readonly code: 'valid' | 'not-yet-valid' | 'expired';
  /** The first of the path that is not valid at the time, or the end certificate. */
  readonly certificate: Certificate;
};

export type UsageFinding = {
  readonly result: 'passed' | 'failed' | 'not-possible';
  /** usage-absent: the certificate does not say what it is for. */
  readonly code: 'for-signatures' | 'wrong-usage' | 'usage-absent';
};

/** Four answers, each usable by itself: what one of them means is for whoever asked to decide. */
export type Validation = {
  /** From the end certificate upwards, as far as it was found. */
  readonly path: readonly Certificate[];
  readonly chain: ChainFinding;
  /** All certificates of the path at the time judged. */
  readonly validity: ValidityFinding;
  /** Whether the end certificate is for signatures. */
  readonly usage: UsageFinding;
  /** The worst of the path: failed before not possible before passed. */
  readonly revocation: RevocationFinding;
};

export type ValidateOptions = Trust &
  Times & {
    readonly crls?: readonly CertificateList[];
    /** Default: by OpenSSL. A verifier's `verify` is faster for authorities that come again. */
    readonly verifySignature?: VerifySignature;
  };

/** Validates a certificate that signs seals or documents, at a given time. */
export function validate(end: Certificate, options: ValidateOptions): Validation {
  const { crls = [], verifySignature = verify, at, now } = options;
  const { path, finding } = findPath(end, options, verifySignature);
  // A root's own revocation is told by removing it from the trusted ones.
  const revocable = finding.result === 'passed' && path.length > 1 ? path.slice(0, -1) : path;
  const revocations = revocable.map((each, index) =>
    judgeRevocation(each, path[index + 1], crls, { at, now }, verifySignature),
  );
  return {
    path,
    chain: finding,
    validity: judgeValidity(path, at),
    usage: judgeUsage(end.keyUsage),
    revocation: worst(revocations),
  };
}

function judgeValidity(path: readonly Certificate[], at: Date): ValidityFinding {
  for (const certificate of path) {
    if (at < certificate.notBeforeAt) return { result: 'failed', code: 'not-yet-valid', certificate };
    if (at > certificate.notAfterAt) return { result: 'failed', code: 'expired', certificate };
  }
  return { result: 'passed', code: 'valid', certificate: path[0]! };
}

function judgeUsage(usages: readonly KeyUsage[] | undefined): UsageFinding {
  if (!usages) return { result: 'not-possible', code: 'usage-absent' };
  return usages.includes('digitalSignature') || usages.includes('contentCommitment')
    ? { result: 'passed', code: 'for-signatures' }
    : { result: 'failed', code: 'wrong-usage' };
}

function worst(findings: readonly RevocationFinding[]): RevocationFinding {
  const by = (result: RevocationFinding['result']) => findings.find((finding) => finding.result === result);
  return by('failed') ?? by('not-possible') ?? findings[0]!;
}
