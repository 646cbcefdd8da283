// A root, an authority under it, and whoever is asked for: for the tests of this package.
import { generateKeyPair, type PrivateKey } from '@lianzheng/sm2';
import {
  type Certificate,
  createRoot,
  type IssueOptions,
  type Issuer,
  issueCertificate,
  makeCrl,
  makeRequest,
  type Revocation,
  readRequest,
} from './index.ts';

export const now = new Date('2026-11-24T08:00:00Z');
const DAY_MS = 86_400_000;
export const daysFromNow = (days: number) => new Date(now.getTime() + days * DAY_MS);
export const validity = (from: number, to: number) => ({
  notBeforeAt: daysFromNow(from),
  notAfterAt: daysFromNow(to),
});

export function newRequest(commonName: string): { privateKey: PrivateKey; pem: string } {
  const privateKey = generateKeyPair();
  return {
    privateKey,
    pem: makeRequest({ country: 'CN', organization: '样本市样本局', commonName }, privateKey),
  };
}

export function newRoot(commonName = '样本根'): Issuer {
  const subject = { country: 'CN', organization: '样本省', commonName };
  return createRoot(subject, generateKeyPair(), validity(-1000, 3000));
}

export function newCertificate(
  issuer: Issuer,
  commonName: string,
  options: Partial<IssueOptions> = {},
): Issuer {
  const { privateKey, pem } = newRequest(commonName);
  const certificate = issueCertificate(issuer, readRequest(pem), {
    profile: 'signer',
    ...validity(-100, 365),
    ...options,
  });
  return { certificate, privateKey };
}

export function newAuthority(root: Issuer, options: Partial<IssueOptions> = {}): Issuer {
  return newCertificate(root, '样本签发机构', { profile: 'authority', ...validity(-500, 2000), ...options });
}

export function listOf(issuer: Issuer, revocations: readonly Revocation[] = [], days = [-1, 6]) {
  const [thisUpdateAt, nextUpdateAt] = days.map(daysFromNow) as [Date, Date];
  return makeCrl(issuer, { number: 7n, thisUpdateAt, nextUpdateAt, revocations });
}

export type Chain = { root: Issuer; authority: Issuer; signer: Issuer; certificates: Certificate[] };

export function newChain(): Chain {
  const root = newRoot();
  const authority = newAuthority(root);
  const signer = newCertificate(authority, '张三');
  return { root, authority, signer, certificates: [signer, authority, root].map((each) => each.certificate) };
}
