import { type Department, DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import type { Objects } from '../objects.ts';
import type { Report } from '../problem.ts';

/** What references may point to. */
export interface Known {
  /** Undefined also for a department whose file is broken. */
  department(code: string): Department | undefined;
  /** Reports a code that no department has, or one without the role or of another node, if these are given. */
  checkDepartment(path: string, code: string, report: Report, role?: DepartmentRole, node?: string): void;
  hasType(code: string): boolean;
  /** Whether the department, or for '' any at all, may use the type; true for a department that is not known. */
  mayUse(department: string, type: string): boolean;
  isAssigned(issuer: string): boolean;
}

/** What a reference to a type should be. */
export const TYPE_EXPECTED = ['目录中证照类型的代码', 'the code of a licence type of the catalogue'] as const;

const ROLE_NAMES = new Map<number, string>(
  Object.entries(DepartmentRole).map(([name, value]) => [value, name]),
);

export function roleName(role: DepartmentRole): string {
  return ROLE_NAMES.get(role) ?? String(role);
}

export function knownOf(objects: Objects): Known {
  const departments = new Map(objects.departments.map(({ object }) => [object.code, object]));
  const issuers = new Set(objects.issuers.map(({ object }) => object.issuerCode));
  const uses = new Set(
    objects.authorisations.flatMap(({ object }) => [
      `${object.departmentCode} ${object.typeCode}`,
      ` ${object.typeCode}`,
    ]),
  );
  return {
    department: (code) => departments.get(code),
    checkDepartment(path, code, report, role, node) {
      const department = departments.get(code);
      if (!objects.departmentCodes.has(code)) {
        report(path, code, '目录中部门的代码', 'the code of a department of the catalogue');
      } else if (department && role !== undefined && !department.roles.includes(role)) {
        report(path, code, `有 ${roleName(role)} 职责的部门`, 'a department with this role');
      } else if (department && node !== undefined && department.node !== node) {
        report(path, code, `${node} 节点的部门`, 'a department of this node');
      }
    },
    hasType: (code) => objects.typeCodes.has(code),
    mayUse: (department, type) =>
      (department !== '' && !departments.has(department)) || uses.has(`${department} ${type}`),
    isAssigned: (issuer) => issuers.has(issuer),
  };
}
