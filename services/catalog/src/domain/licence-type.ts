import { holderKind } from '@lianzheng/identifier';
import { isNumberPattern } from '@lianzheng/number-pattern';
import {
  LicenceCategory,
  type LicenceType,
  SerialRule,
  ValidityKind,
} from '@lianzheng/proto/catalog/v1/objects';
import { checkItems } from './face-item.ts';
import { checkDepartmentRef, checkOwn, type Known } from './known.ts';
import { checkCreditCode, checkDistinct, checkEnum, checkNotEmpty, checkText } from './texts.ts';
import type { Report } from './violations.ts';

const FORMS = ['ORIGINAL', 'DUPLICATE'];
const MAX_HOLDERS = 100;
const MAX_RULE = 1_000;
const MAX_MONTHS = 1_200;

/** Everything that a type must be, when it is registered and again when it is published (C1, C3, C6). */
export function checkLicenceType(type: LicenceType, known: Known, report: Report): void {
  checkCode(type, known, report);
  checkText('name', type.name, report);
  checkText('english_name', type.englishName, report);
  checkText('collection_rule', type.collectionRule, report, MAX_RULE);
  checkText('template_name', type.templateName, report);
  checkEnum('category', type.category, LicenceCategory, report);
  checkDepartments(type, known, report);
  checkHolders(type, report);
  checkItems(type.items, report);
  checkForms(type, report);
  checkValidity(type, report);
  checkNumber(type, report);
}

function checkCode({ code, definingAuthorityCode }: LicenceType, known: Known, report: Report): void {
  checkCreditCode('defining_authority_code', definingAuthorityCode, report);
  if (code.slice(0, 18) !== definingAuthorityCode || !/^[0-9]{3}$/.test(code.slice(18))) {
    report('code', '定义机构代码加3位数字', 'the code of the defining authority and 3 digits');
  }
  checkOwn('code', known.licenceType(code)?.node, known, report);
}

function checkDepartments(type: LicenceType, known: Known, report: Report): void {
  checkText('defining_authority_name', type.definingAuthorityName, report);
  const name = known.department(type.definingAuthorityCode)?.name ?? type.definingAuthorityName;
  if (type.definingAuthorityName !== name) {
    report('defining_authority_name', `目录中该部门的名称：${name}`, 'the name of that department');
  }
  checkDepartmentRef('supplying_department_code', type.supplyingDepartmentCode, known, report);
  for (const [index, code] of type.issuingDepartmentCodes.entries()) {
    checkDepartmentRef(`issuing_department_codes[${index}]`, code, known, report, { role: 'ISSUING' });
  }
  checkDistinct((index) => `issuing_department_codes[${index}]`, type.issuingDepartmentCodes, report);
}

function checkHolders({ holderKinds, minHolders, maxHolders }: LicenceType, report: Report): void {
  checkNotEmpty('holder_kinds', holderKinds, report);
  for (const [index, kind] of holderKinds.entries()) {
    if (!holderKind(kind)) {
      report(`holder_kinds[${index}]`, 'GB/T 36903 附录A的代码', 'a code of GB/T 36903 annex A');
    }
  }
  checkDistinct((index) => `holder_kinds[${index}]`, holderKinds, report);
  if (minHolders < 1) report('min_holders', '至少 1', 'at least 1');
  if (maxHolders < minHolders || maxHolders > MAX_HOLDERS) {
    report('max_holders', `min_holders 至 ${MAX_HOLDERS}`, `from min_holders to ${MAX_HOLDERS}`);
  }
}

function checkForms({ forms, sealNames }: LicenceType, report: Report): void {
  checkNotEmpty('forms', forms, report);
  for (const [index, form] of forms.entries()) {
    if (!FORMS.includes(form)) report(`forms[${index}]`, 'ORIGINAL 或 DUPLICATE', 'ORIGINAL or DUPLICATE');
  }
  checkDistinct((index) => `forms[${index}]`, forms, report);
  checkNotEmpty('seal_names', sealNames, report);
  for (const [index, name] of sealNames.entries()) checkText(`seal_names[${index}]`, name, report);
  checkDistinct((index) => `seal_names[${index}]`, sealNames, report);
}

function checkValidity({ validity }: LicenceType, report: Report): void {
  const { kind, months } = validity ?? { kind: ValidityKind.UNSPECIFIED, months: 0 };
  checkEnum('validity.kind', kind, ValidityKind, report);
  if (kind !== ValidityKind.TERM && months > 0)
    report('validity.months', '仅 TERM 有月数', 'months only for TERM');
  if (months > MAX_MONTHS) report('validity.months', `至多 ${MAX_MONTHS}`, `at most ${MAX_MONTHS}`);
}

function checkNumber({ serialRule, licenceNumberPattern }: LicenceType, report: Report): void {
  checkEnum('serial_rule', serialRule, SerialRule, report);
  if (licenceNumberPattern !== '' && !isNumberPattern(licenceNumberPattern)) {
    report(
      'licence_number_pattern',
      '^…$ 之间仅有文字、[字符类]、{n}、{n,m}，至多64个字符',
      'between ^ and $ only texts, [classes], {n} and {n,m}, at most 64 characters',
    );
  }
}
