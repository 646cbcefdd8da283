import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeCatalogue } from '@lianzheng/deploy-catalogue';
import { issueCaller } from '@lianzheng/enrolment';
import { type Department, DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import type { TlsIdentity } from '@lianzheng/rpc';

export const CALLER_ROLES = ['managing', 'issuing', 'using', 'auditor', 'operator'] as const;
export type CallerRole = (typeof CALLER_ROLES)[number];

/** A sample caller with certificate and key, as PEM texts and as files. */
export type SampleCaller = {
  readonly node: string;
  readonly role: CallerRole;
  /** Credit code; of operators and auditors their name. */
  readonly department: string;
  readonly uri: string;
  readonly tls: TlsIdentity;
  readonly certFile: string;
  readonly keyFile: string;
};

export const operatorUri = (node: string) => `lianzheng://${node}/operator/demo`;
export const auditorUri = (node: string) => `lianzheng://${node}/auditor/demo`;

const departmentRoles = [
  ['managing', DepartmentRole.MANAGING],
  ['issuing', DepartmentRole.ISSUING],
  ['using', DepartmentRole.USING],
] as const;

/** One for each department of the node in each of its roles, an operator and an auditor; their files lie in `<dir>/callers`. */
export async function makeCallers(
  dir: string,
  authority: { dir: string; ca: string },
  { node, departments }: Pick<NodeCatalogue, 'node' | 'departments'>,
): Promise<SampleCaller[]> {
  const folder = join(dir, 'callers');
  await mkdir(folder, { recursive: true });

  async function issue(kind: 'department' | 'operator' | 'auditor', id: string) {
    const { uri, certPem, keyPem } = await issueCaller({
      dir: authority.dir,
      node,
      kind,
      id,
      now: new Date(),
    });
    const certFile = join(folder, `${node}-${kind}-${id}.pem`);
    const keyFile = join(folder, `${node}-${kind}-${id}.key`);
    await writeFile(certFile, certPem);
    await writeFile(keyFile, keyPem, { mode: 0o600 });
    const tls = { ca: authority.ca, cert: certPem, key: keyPem };
    return { node, department: id, uri, tls, certFile, keyFile };
  }

  const ofDepartments = await Promise.all(
    departments.map(async (department) => {
      const caller = await issue('department', department.code);
      return rolesOf(department).map((role) => ({ ...caller, role }));
    }),
  );
  const operator = { ...(await issue('operator', 'demo')), role: 'operator' as const };
  const auditor = { ...(await issue('auditor', 'demo')), role: 'auditor' as const };
  return [...ofDepartments.flat(), operator, auditor];
}

function rolesOf({ roles }: Department): CallerRole[] {
  return departmentRoles.filter(([, role]) => roles.includes(role)).map(([name]) => name);
}
