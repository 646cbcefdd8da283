import { isSignedBy, type VerifySignature } from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import { sameName } from './name.ts';
import { oids } from './oids.ts';

/** What the verifier has: roots it trusts, and other certificates that may stand between, which it need not trust. */
export type Trust = {
  readonly roots: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
};

/**
 * unknown-root: nobody known issued the last certificate of the path · signature: its issuer is known by name, but did not sign
 * it · not-an-authority: the issuer may not sign certificates · path-length: too many authorities below one ·
 * critical-extension: one that we do not know · too-long: more certificates than anybody needs.
 */
export type ChainCode =
  | 'trusted'
  | 'unknown-root'
  | 'signature'
  | 'not-an-authority'
  | 'path-length'
  | 'critical-extension'
  | 'too-long';

export type ChainFinding = {
  readonly result: 'passed' | 'failed';
  readonly code: ChainCode;
  /** The one that is wrong, or, for unknown-root, whose issuer is not known. */
  readonly certificate: Certificate;
};

/** `path` from the end certificate upwards, as far as it was found; each but the last is rightly issued by the next. */
export type Path = { readonly path: readonly Certificate[]; readonly finding: ChainFinding };

const MAX_PATH = 8;
/** Many certificates of one name must not make a verifier work for long. */
const MAX_SIGNATURES = 64;

/** Builds the path from a certificate to a root (RFC 5280 §6.1, without policies and name constraints, which are refused when critical). */
export function findPath(end: Certificate, trust: Trust, verifySignature: VerifySignature): Path {
  const known = [...trust.roots, ...(trust.intermediates ?? [])];
  let signaturesLeft = MAX_SIGNATURES;
  const isIssued = (certificate: Certificate, issuer: Certificate) => {
    signaturesLeft -= 1;
    return signaturesLeft >= 0 && isSignedBy(certificate, issuer.publicKey, verifySignature);
  };
  const extend = (path: readonly Certificate[]): Path => {
    const last = path.at(-1)!;
    const fault = (code: ChainCode, certificate = last): Path => ({
      path,
      finding: { result: 'failed', code, certificate },
    });
    if (hasUnknownCritical(last)) return fault('critical-extension');
    if (trust.roots.some((root) => sameCertificate(root, last)))
      return { path, finding: { result: 'passed', code: 'trusted', certificate: last } };
    if (path.length >= MAX_PATH) return fault('too-long');
    const attempts = known
      .filter((issuer) => mayHaveIssued(issuer, last) && !path.some((each) => sameCertificate(each, issuer)))
      .values()
      .map((issuer) => {
        if (!isIssued(last, issuer)) return fault('signature');
        const code = authorityFault(issuer, path);
        return code ? fault(code, issuer) : extend([...path, issuer]);
      });
    return best(attempts) ?? fault('unknown-root');
  };
  return extend([end]);
}

/** Stops at the first that reaches a root; else the longest, which says most. */
function best(attempts: Iterable<Path>): Path | undefined {
  let found: Path | undefined;
  for (const attempt of attempts) {
    if (attempt.finding.result === 'passed') return attempt;
    if (!found || attempt.path.length > found.path.length) found = attempt;
  }
  return found;
}

function mayHaveIssued(
  issuer: Certificate,
  { issuer: name, authorityKeyIdentifier: wanted }: Certificate,
): boolean {
  const own = issuer.subjectKeyIdentifier;
  return sameName(issuer.subject, name) && (!wanted || !own || Buffer.compare(wanted, own) === 0);
}

function authorityFault(issuer: Certificate, below: readonly Certificate[]): ChainCode | undefined {
  const { isAuthority, pathLength } = issuer.basicConstraints;
  const maySign = !issuer.keyUsage || issuer.keyUsage.includes('keyCertSign');
  if (!isAuthority || !maySign) return 'not-an-authority';
  // The end certificate and those that an authority issued to itself do not count (RFC 5280 §4.2.1.9).
  const between = below.slice(1).filter((each) => !sameName(each.subject, each.issuer)).length;
  return pathLength !== undefined && between > pathLength ? 'path-length' : undefined;
}

const understood: readonly string[] = [
  oids.basicConstraints,
  oids.keyUsage,
  oids.subjectKeyIdentifier,
  oids.authorityKeyIdentifier,
];

function hasUnknownCritical({ extensions }: Certificate): boolean {
  return extensions.some(({ id, critical }) => critical && !understood.includes(id));
}

function sameCertificate(one: Certificate, other: Certificate): boolean {
  return one.fingerprint === other.fingerprint;
}
