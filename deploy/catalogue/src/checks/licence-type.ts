import { holderKind } from '@lianzheng/identifier';
import { isNumberPattern } from '@lianzheng/number-pattern';
import {
  DepartmentRole,
  LicenceCategory,
  type LicenceType,
  SerialRule,
  ValidityKind,
} from '@lianzheng/proto/catalog/v1/objects';
import type { Placed } from '../objects.ts';
import type { Report } from '../problem.ts';
import { checkItems } from './face-item.ts';
import type { Known } from './known.ts';
import { checkCreditCode, checkDistinct, checkNotEmpty, checkText } from './texts.ts';

const FORMS = ['ORIGINAL', 'DUPLICATE'];
const MAX_HOLDERS = 100;

export function checkLicenceType({ object: type, report }: Placed<LicenceType>, known: Known): void {
  checkCode(type, report);
  for (const key of ['name', 'englishName', 'collectionRule', 'templateName'] as const)
    checkText(key, type[key], report);
  if (type.category === LicenceCategory.UNSPECIFIED) report('category', '', '证照类别', 'the category');
  checkAuthorities(type, known, report);
  checkHolders(type, report);
  checkItems(type.items, report);
  checkForms(type, report);
  checkValidity(type, report);
  if (type.serialRule === SerialRule.UNSPECIFIED)
    report('serialRule', '', '流水号规则', 'the rule of the serial');
  if (type.licenceNumberPattern !== '' && !isNumberPattern(type.licenceNumberPattern)) {
    report(
      'licenceNumberPattern',
      type.licenceNumberPattern,
      '^…$ 之间仅有文字、[字符类]、{n}、{n,m}，至多64个字符',
      'between ^ and $ only texts, [classes], {n} and {n,m}, at most 64 characters',
    );
  }
}

function checkCode({ code, definingAuthorityCode }: LicenceType, report: Report): void {
  checkCreditCode('definingAuthorityCode', definingAuthorityCode, report);
  if (code.slice(0, 18) !== definingAuthorityCode || !/^[0-9]{3}$/.test(code.slice(18))) {
    report('code', code, '定义机构代码加3位数字', 'the code of the defining authority and 3 digits');
  }
}

function checkAuthorities(type: LicenceType, known: Known, report: Report): void {
  checkText('definingAuthorityName', type.definingAuthorityName, report);
  const name = known.department(type.definingAuthorityCode)?.name ?? type.definingAuthorityName;
  if (type.definingAuthorityName !== name) {
    report(
      'definingAuthorityName',
      type.definingAuthorityName,
      `目录中该部门的名称：${name}`,
      'the name of that department',
    );
  }
  known.checkDepartment('supplyingDepartmentCode', type.supplyingDepartmentCode, report);
  for (const [index, code] of type.issuingDepartmentCodes.entries()) {
    known.checkDepartment(`issuingDepartmentCodes[${index}]`, code, report, DepartmentRole.ISSUING);
  }
  checkDistinct((index) => `issuingDepartmentCodes[${index}]`, type.issuingDepartmentCodes, report);
}

function checkHolders({ holderKinds, minHolders, maxHolders }: LicenceType, report: Report): void {
  checkNotEmpty('holderKinds', holderKinds, report);
  for (const [index, kind] of holderKinds.entries()) {
    if (!holderKind(kind)) {
      report(`holderKinds[${index}]`, kind, 'GB/T 36903 附录A的代码', 'a code of GB/T 36903 annex A');
    }
  }
  checkDistinct((index) => `holderKinds[${index}]`, holderKinds, report);
  if (minHolders < 1) report('minHolders', minHolders, '至少 1', 'at least 1');
  if (maxHolders < minHolders || maxHolders > MAX_HOLDERS) {
    report('maxHolders', maxHolders, `minHolders 至 ${MAX_HOLDERS}`, `from minHolders to ${MAX_HOLDERS}`);
  }
}

function checkForms({ forms, sealNames }: LicenceType, report: Report): void {
  checkNotEmpty('forms', forms, report);
  for (const [index, form] of forms.entries()) {
    if (!FORMS.includes(form))
      report(`forms[${index}]`, form, 'ORIGINAL 或 DUPLICATE', 'ORIGINAL or DUPLICATE');
  }
  checkDistinct((index) => `forms[${index}]`, forms, report);
  checkNotEmpty('sealNames', sealNames, report);
  for (const [index, name] of sealNames.entries()) checkText(`sealNames[${index}]`, name, report);
  checkDistinct((index) => `sealNames[${index}]`, sealNames, report);
}

function checkValidity({ validity }: LicenceType, report: Report): void {
  const kind = validity?.kind ?? ValidityKind.UNSPECIFIED;
  if (kind === ValidityKind.UNSPECIFIED) report('validity.kind', '', '有效期规则', 'the rule of validity');
  else if (kind !== ValidityKind.TERM && validity?.months) {
    report('validity.months', validity.months, '仅 TERM 有月数', 'months only for TERM');
  }
}
