import { isSignedBy, type VerifySignature } from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateList, Revocation } from './crl.ts';
import { sameName } from './name.ts';
import { isCompromise } from './revoke.ts';

/**
 * not-revoked · revoked: at the time asked about · revoked-later: not yet at that time; with a proof that a signature is older it
 * stands · list-absent: no list of the issuer · list-unusable: one of a wrong signature, of the future, partial or indirect ·
 * list-stale: a newer one should be there · list-omits-expired: the certificate may have been left out when it expired ·
 * issuer-unknown: nobody whose list it could be.
 */
export type RevocationCode =
  | 'not-revoked'
  | 'revoked'
  | 'revoked-later'
  | 'list-absent'
  | 'list-unusable'
  | 'list-stale'
  | 'list-omits-expired'
  | 'issuer-unknown';

export type RevocationFinding = {
  readonly result: 'passed' | 'failed' | 'not-possible';
  readonly code: RevocationCode;
  readonly certificate: Certificate;
  /** Of revoked and revoked-later: when and why. */
  readonly revocation?: Revocation;
  /** The list that says so. */
  readonly list?: CertificateList;
};

export type Times = {
  /** The time that is judged: when something was signed, as far as that is known. */
  readonly at: Date;
  /** The present, by which a list is fresh or stale. Default `at`. */
  readonly now?: Date;
};

/**
 * Since when a certificate counts as revoked: for a compromised key since it may have been in other hands, else since it was
 * revoked.
 */
export function revokedSince(revocation: Revocation): Date {
  const { revokedAt, invalidAt } = revocation;
  return isCompromise(revocation) && invalidAt && invalidAt < revokedAt ? invalidAt : revokedAt;
}

/** What the newest usable list of `issuer` says about `certificate`. */
export function judgeRevocation(
  certificate: Certificate,
  issuer: Certificate | undefined,
  lists: readonly CertificateList[],
  times: Times,
  verifySignature: VerifySignature,
): RevocationFinding {
  const now = times.now ?? times.at;
  const impossible = (code: RevocationCode, list?: CertificateList): RevocationFinding => ({
    result: 'not-possible',
    code,
    certificate,
    list,
  });
  if (!issuer) return impossible('issuer-unknown');
  const named = lists.filter((list) => sameName(list.issuer, issuer.subject));
  if (named.length === 0) return impossible('list-absent');
  const list = newest(named.filter((each) => isUsable(each, issuer, now, verifySignature)));
  if (!list) return impossible('list-unusable', named[0]);
  const isStale = !list.nextUpdateAt || list.nextUpdateAt < now;
  const revocation = list.revocations.get(certificate.serialNumber);
  // A revocation is final and stands in an old list too; a hold may have been lifted since.
  if (revocation && !(isStale && revocation.reason === 'certificateHold'))
    return revokedSince(revocation) <= times.at
      ? { result: 'failed', code: 'revoked', certificate, revocation, list }
      : { result: 'passed', code: 'revoked-later', certificate, revocation, list };
  if (isStale) return impossible('list-stale', list);
  if (mayBeOmitted(certificate, list)) return impossible('list-omits-expired', list);
  return { result: 'passed', code: 'not-revoked', certificate, list };
}

function isUsable(
  list: CertificateList,
  issuer: Certificate,
  now: Date,
  verifySignature: VerifySignature,
): boolean {
  const { authorityKeyIdentifier: wanted } = list;
  const own = issuer.subjectKeyIdentifier;
  return (
    list.unknownCritical.length === 0 &&
    list.thisUpdateAt <= now &&
    (!issuer.keyUsage || issuer.keyUsage.includes('cRLSign')) &&
    (!wanted || !own || Buffer.compare(wanted, own) === 0) &&
    isSignedBy(list, issuer.publicKey, verifySignature)
  );
}

function newest(lists: readonly CertificateList[]): CertificateList | undefined {
  return lists.toSorted((one, other) => compareAge(other, one))[0];
}

/** By number where both have one. */
function compareAge(one: CertificateList, other: CertificateList): number {
  if (one.number !== undefined && other.number !== undefined && one.number !== other.number)
    return one.number < other.number ? -1 : 1;
  return one.thisUpdateAt.getTime() - other.thisUpdateAt.getTime();
}

function mayBeOmitted(
  { notAfterAt }: Certificate,
  { thisUpdateAt, keepsExpiredSince }: CertificateList,
): boolean {
  return notAfterAt < thisUpdateAt && !(keepsExpiredSince && keepsExpiredSince <= notAfterAt);
}
