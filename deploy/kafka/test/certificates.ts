import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import type { ClusterTls } from '../src/index.ts';

export interface TestAuthority {
  /** A certificate with this CN, good on this machine. */
  issue(commonName: string): Promise<ClusterTls>;
}

export async function testAuthority(): Promise<TestAuthority> {
  const period = { days: 2, now: new Date() };
  const authority = await createAuthority({ commonName: 'test CA', ...period });
  return {
    async issue(commonName) {
      const allow = { commonName, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
      const { csrPem, keyPem } = await makeRequest(allow);
      const certPem = await issueCertificate(authority, csrPem, { kind: 'service', allow, ...period });
      return { caPem: authority.certPem, keyPem, certPem };
    },
  };
}
