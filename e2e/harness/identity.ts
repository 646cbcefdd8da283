import { readFileSync } from 'node:fs';
import type { Layout } from '@lianzheng/enrolment';
import type { TlsIdentity } from '@lianzheng/rpc';

/** The certificate of one of a node's services, for tests that speak as that service. */
export function tlsOf(layout: Layout, service: string): TlsIdentity {
  const read = (file: string) => readFileSync(file, 'utf8');
  return {
    ca: read(layout.ca),
    cert: read(layout.certificate(service)),
    key: read(layout.privateKey(service)),
  };
}
