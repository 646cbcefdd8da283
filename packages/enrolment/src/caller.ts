import { issueCertificate, makeRequest } from '@lianzheng/certificate';
import { CERTIFICATE_DAYS, openAuthorityFile } from './authority.ts';
import { EnrolmentError } from './errors.ts';
import { secretOf } from './node-keys.ts';

export type CallerOptions = {
  /** The province's folder: its CA signs. */
  dir: string;
  /** The node that the caller belongs to. */
  node: string;
  kind: 'department' | 'auditor' | 'operator';
  /** A department's credit code, or a name of letters, digits, dots and hyphens. */
  id: string;
  now: Date;
  days?: number;
  passphraseFile?: string;
};

export type CallerCertificate = { uri: string; certPem: string; keyPem: string };

/**
 * Key and certificate for a caller, `lianzheng://<node>/<kind>/<id>`. Departments that keep their own key send a PKCS#10
 * request instead (`signCallerRequest`).
 */
export async function issueCaller(options: CallerOptions): Promise<CallerCertificate> {
  const { csrPem, keyPem } = await makeRequest(namesOf(options));
  return { ...(await signCallerRequest(options, csrPem)), keyPem };
}

/** Throws CertificateError for a request with other names. */
export async function signCallerRequest(
  options: CallerOptions,
  csrPem: string,
): Promise<Omit<CallerCertificate, 'keyPem'>> {
  const { dir, now, days = CERTIFICATE_DAYS, passphraseFile } = options;
  const allow = namesOf(options);
  const authority = await openAuthorityFile(dir, await secretOf(dir, passphraseFile));
  return {
    uri: allow.uri,
    certPem: await issueCertificate(authority, csrPem, { kind: 'caller', allow, days, now }),
  };
}

function namesOf({ node, kind, id }: CallerOptions) {
  if (!/^\d{6}$/.test(node) || !/^[A-Za-z0-9.-]{1,64}$/.test(id)) {
    throw new EnrolmentError('malformed', `no caller of this name: ${node} ${kind} ${id}`);
  }
  return { commonName: `${id}.${node}`, uri: `lianzheng://${node}/${kind}/${id}` };
}
