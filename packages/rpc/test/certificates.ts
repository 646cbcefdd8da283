// Certificates for the tests: one authority, a server and callers of every sort.
import { type Authority, createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import type { TlsIdentity } from '../src/index.ts';

const dayMs = 86_400_000;
const now = new Date();

export const serverUri = 'lianzheng://440300/service/exchange';
export const issuingUri = 'lianzheng://440300/department/shenzhen-market';
export const usingUri = 'lianzheng://440300/department/shenzhen-tax';

export const authority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now });
export const otherAuthority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now });

export type Bearer = {
  uri?: string;
  moreUris?: string[];
  dnsNames?: string[];
  ipAddresses?: string[];
  by?: Authority;
  issuedDaysAgo?: number;
  validMs?: number;
};

/** A certificate and key that the test authority (or `by`) signed for these names. */
export async function identity(bearer: Bearer): Promise<TlsIdentity> {
  const {
    uri,
    moreUris = [],
    dnsNames,
    ipAddresses,
    by = authority,
    issuedDaysAgo = 0,
    validMs = 10 * dayMs,
  } = bearer;
  const uris = [...(uri === undefined ? [] : [uri]), ...moreUris];
  const names = { commonName: uri?.split('/')[2] ?? 'nobody', uris, dnsNames, ipAddresses };
  const { csrPem, keyPem } = await makeRequest(names);
  const issuedAt = new Date(Date.now() - issuedDaysAgo * dayMs);
  const cert = await issueCertificate(by, csrPem, {
    days: validMs / dayMs,
    now: issuedAt,
    kind: 'service',
    allow: names,
  });
  return { ca: authority.certPem, cert, key: keyPem };
}

export const serverTls = await identity({
  uri: serverUri,
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
});
export const issuing = await identity({ uri: issuingUri });
export const using = await identity({ uri: usingUri });
