import type { Registry, RoleName } from '@lianzheng/registry';
import type { Report } from './violations.ts';

/** What references may point to, and the node whose objects are written. */
export type Known = Pick<
  Registry,
  | 'department'
  | 'departmentRoles'
  | 'licenceType'
  | 'matter'
  | 'node'
  | 'logKeys'
  | 'generation'
  | 'assignments'
> & {
  /** Division code of the own node. */
  readonly self: string;
};

/** A department in use that has the role; `node`: and is of this node. */
export function checkDepartmentRef(
  field: string,
  code: string,
  known: Known,
  report: Report,
  { role, node }: { role?: RoleName; node?: string } = {},
): void {
  const department = known.department(code);
  if (!department || department.retired) {
    report(field, '目录中在用部门的代码', 'the code of a department in use in the catalogue');
  } else if (role !== undefined && !known.departmentRoles(code, department.node).has(role)) {
    report(field, `有 ${role} 职责的部门`, `a department with the role ${role}`);
  } else if (node !== undefined && department.node !== node) {
    report(field, `${node} 节点的部门`, `a department of node ${node}`);
  }
}

/** A type in use, of any node. */
export function checkTypeRef(field: string, code: string, known: Known, report: Report): void {
  const found = known.licenceType(code);
  if (!found || found.retired) {
    report(field, '目录中在用证照类型的代码', 'the code of a licence type in use in the catalogue');
  }
}

export function checkNodeRef(field: string, node: string, known: Known, report: Report): void {
  if (!known.node(node)) report(field, '已登记节点的区划代码', 'the division code of a registered node');
}

/** Keys are unique over all nodes: what another node has, this one may not define. */
export function checkOwn(field: string, owner: string | undefined, known: Known, report: Report): void {
  if (owner !== undefined && owner !== known.self) {
    report(field, `已属于节点 ${owner}`, `it belongs to node ${owner} already`);
  }
}
