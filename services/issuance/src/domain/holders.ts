import { holderKind, normaliseHolderCode } from '@lianzheng/identifier';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Holder } from '@lianzheng/proto/issuance/v1/issuance';
import { textFault } from './text.ts';
import { type Violation, violation } from './violation.ts';

/** CZZT, width of the national schemas. */
const MAX_NAME = 300;
/** In UTF-16 units: what the signature service takes. */
const MAX_CODE = 100;

/** The holders with codes in their one normal form; what is wrong is added to `faults`. */
export function checkHolders(
  prefix: string,
  holders: readonly Holder[],
  type: LicenceType | undefined,
  faults: Violation[],
): Holder[] {
  if (holders.length === 0) faults.push(violation(prefix, '至少一个持证主体', 'at least one holder'));
  const countFault = type && holders.length > 0 && wrongCount(prefix, holders.length, type);
  if (countFault) faults.push(countFault);
  const checked = holders.map((holder, index) => checkHolder(`${prefix}[${index}]`, holder, type, faults));
  for (const [index, { codeKind, code }] of checked.entries()) {
    const first = checked.findIndex((other) => other.codeKind === codeKind && other.code === code);
    if (first < index && code !== '') {
      faults.push(violation(`${prefix}[${index}].code`, '持证主体重复', 'the same holder twice'));
    }
  }
  return checked;
}

function wrongCount(prefix: string, count: number, type: LicenceType): Violation | undefined {
  const max = Math.max(type.maxHolders, type.minHolders, 1);
  if (count >= type.minHolders && count <= max) return undefined;
  return violation(
    prefix,
    `该证照类型应有${type.minHolders}至${max}个持证主体`,
    `licences of this type have ${type.minHolders} to ${max} holders`,
  );
}

function checkHolder(
  path: string,
  { name, codeKind, code }: Holder,
  type: LicenceType | undefined,
  faults: Violation[],
): Holder {
  const nameFault = textFault(`${path}.name`, name, { maxLength: MAX_NAME, required: true });
  if (nameFault) faults.push(nameFault);
  const kindFault = wrongKind(`${path}.code_kind`, codeKind, type);
  if (kindFault) faults.push(kindFault);
  if (code === '') faults.push(violation(`${path}.code`, '必填', 'required'));
  if (code === '' || !holderKind(codeKind)) return { name, codeKind, code };
  const checked = normaliseHolderCode(codeKind, code);
  if (checked.ok && checked.code.length > MAX_CODE) {
    faults.push(violation(`${path}.code`, '证件代码过长', 'the code is too long'));
  }
  if (checked.ok) return { name, codeKind, code: checked.code };
  faults.push({ field: `${path}.code`, description: checked.message });
  return { name, codeKind, code };
}

function wrongKind(field: string, kind: string, type: LicenceType | undefined): Violation | undefined {
  if (kind === '') return violation(field, '必填', 'required');
  if (!holderKind(kind)) {
    return violation(field, '未知的持证主体代码类型', 'not a kind of holder code of GB/T 36903');
  }
  if (!type || type.holderKinds.includes(kind)) return undefined;
  return violation(
    field,
    `该证照类型的持证主体代码类型为 ${type.holderKinds.join('、')}`,
    `holders of this type have a code of kind ${type.holderKinds.join(', ')}`,
  );
}
