import { DepartmentRole, type Matter } from '@lianzheng/proto/catalog/v1/objects';
import type { Placed } from '../objects.ts';
import { type Known, TYPE_EXPECTED } from './known.ts';
import { checkDistinct, checkNotEmpty, checkText } from './texts.ts';

/** Basic code of 12 digits (README); before it, for a department's own matter, its credit code and the tier. */
const BASIC_CODE = /^[0-9]{12}$/;
const OWN_CODE = /^.{18}[1-5][0-9]{12}$/;

export function checkMatter({ node, object: matter, report }: Placed<Matter>, known: Known): void {
  const { code, departmentCode, licences } = matter;
  if (departmentCode === '' && !BASIC_CODE.test(code)) {
    report('code', code, '12位数字的事项基本编码', 'a basic matter code of 12 digits');
  }
  if (departmentCode !== '') {
    known.checkDepartment('departmentCode', departmentCode, report, DepartmentRole.USING, node);
    if (!OWN_CODE.test(code) || !code.startsWith(departmentCode)) {
      report(
        'code',
        code,
        '部门代码（18位）、层级（1位）和事项基本编码（12位）',
        'the code of its department, a digit for the tier, a basic matter code of 12 digits',
      );
    }
  }
  checkText('name', matter.name, report);
  checkNotEmpty('licences', licences, report);
  checkDistinct(
    (index) => `licences[${index}].typeCode`,
    licences.map(({ typeCode }) => typeCode),
    report,
  );
  for (const [index, { typeCode }] of licences.entries()) {
    const path = `licences[${index}].typeCode`;
    if (!known.hasType(typeCode)) report(path, typeCode, ...TYPE_EXPECTED);
    else if (!known.mayUse(departmentCode, typeCode)) {
      report(
        path,
        typeCode,
        '已授权办理部门使用的证照类型',
        'a type that the department handling it is authorised to use',
      );
    }
  }
}
