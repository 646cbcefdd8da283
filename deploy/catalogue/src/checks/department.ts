import {
  type Department,
  DepartmentRole,
  type IssuerAssignment,
  type UseAuthorisation,
} from '@lianzheng/proto/catalog/v1/objects';
import type { Placed } from '../objects.ts';
import { type Known, roleName, TYPE_EXPECTED } from './known.ts';
import { checkCreditCode, checkDistinct, checkNotEmpty, checkText } from './texts.ts';

export function checkDepartment(
  { node, object: department, report }: Placed<Department>,
  known: Known,
): void {
  checkCreditCode('code', department.code, report);
  checkText('name', department.name, report);
  checkNotEmpty('roles', department.roles, report);
  checkDistinct((index) => `roles[${index}]`, department.roles.map(roleName), report);
  if (department.node !== node)
    report('node', department.node, `所在文件夹 ${node}`, 'the folder it stands in');
  if (department.roles.includes(DepartmentRole.ISSUING) && !known.isAssigned(department.code)) {
    report('code', department.code, 'issuers 中有其指派', 'assigned to its node in issuers');
  }
}

export function checkUseAuthorisation(
  { node, object, report }: Placed<UseAuthorisation>,
  known: Known,
): void {
  known.checkDepartment('departmentCode', object.departmentCode, report, DepartmentRole.USING, node);
  if (!known.hasType(object.typeCode)) report('typeCode', object.typeCode, ...TYPE_EXPECTED);
}

export function checkIssuerAssignment({ object, report }: Placed<IssuerAssignment>, known: Known): void {
  const { issuerCode, node, fromSequence, toSequence } = object;
  known.checkDepartment('issuerCode', issuerCode, report, DepartmentRole.ISSUING, node);
  if (toSequence !== 0n && toSequence <= fromSequence) {
    report(
      'toSequence',
      String(toSequence),
      '大于 fromSequence，或 0 表示不限',
      'more than fromSequence, or 0 = no end',
    );
  }
}
