import type { Matter } from '@lianzheng/proto/catalog/v1/objects';
import { checkDepartmentRef, checkOwn, checkTypeRef, type Known } from './known.ts';
import { checkDistinct, checkNotEmpty, checkText } from './texts.ts';
import type { Report } from './violations.ts';

/** Basic code of 12 digits; before it, for a department's own matter, its credit code and the tier. */
const BASIC_CODE = /^[0-9]{12}$/;
const OWN_CODE = /^[0-9A-Z]{18}[1-5][0-9]{12}$/;

/** A matter and its rows of the licence–matter list (C4). */
export function checkMatter(matter: Matter, known: Known, report: Report): void {
  checkCode(matter, known, report);
  checkText('name', matter.name, report);
  const { licences } = matter;
  checkNotEmpty('licences', licences, report);
  const codes = licences.map(({ typeCode }) => typeCode);
  for (const [index, code] of codes.entries())
    checkTypeRef(`licences[${index}].type_code`, code, known, report);
  checkDistinct((index) => `licences[${index}].type_code`, codes, report);
}

function checkCode({ code, departmentCode }: Matter, known: Known, report: Report): void {
  checkOwn('code', known.matter(code)?.node, known, report);
  if (departmentCode === '') {
    if (!BASIC_CODE.test(code)) report('code', '12位数字的事项基本编码', 'a basic matter code of 12 digits');
    return;
  }
  checkDepartmentRef('department_code', departmentCode, known, report, { role: 'USING', node: known.self });
  if (!OWN_CODE.test(code) || !code.startsWith(departmentCode)) {
    report(
      'code',
      '部门代码（18位）、层级（1位）和事项基本编码（12位）',
      'the code of its department, a digit for the tier, a basic matter code of 12 digits',
    );
  }
}
