import { addMonths } from '@lianzheng/licence';
import { ValidityKind, type ValidityRule } from '@lianzheng/proto/catalog/v1/objects';
import { dayFault } from './days.ts';
import { type Violation, violation } from './violation.ts';

/** What is wrong with a validity, by its own logic and by the type's rule. `validTo` '' = 长期. */
export function validityFaults(
  prefix: string,
  { validFrom, validTo }: { readonly validFrom: string; readonly validTo: string },
  rule: ValidityRule | undefined,
): Violation[] {
  const toField = `${prefix}valid_to`;
  const from = dayFault(`${prefix}valid_from`, validFrom);
  const to = validTo === '' ? undefined : dayFault(toField, validTo);
  const found = [from, to].filter((fault) => fault !== undefined);
  if (found.length > 0) return found;
  const wrong = validTo === '' ? openEndFault(toField, rule) : endFault(toField, validFrom, validTo, rule);
  return wrong ? [wrong] : [];
}

function openEndFault(field: string, rule: ValidityRule | undefined): Violation | undefined {
  if (rule?.kind !== ValidityKind.TERM) return undefined;
  return violation(field, '该证照类型须有截止日期', 'licences of this type have an end');
}

function endFault(
  field: string,
  from: string,
  to: string,
  rule: ValidityRule | undefined,
): Violation | undefined {
  if (to < from) return violation(field, '截止日期早于起始日期', 'ends before it begins');
  if (rule?.kind === ValidityKind.LONG_TERM) {
    return violation(field, '该证照类型长期有效，不填截止日期', 'licences of this type have no end');
  }
  // Papers are printed with the day before or the same day so many months later: both are taken.
  if (rule?.kind === ValidityKind.TERM && rule.months > 0 && to > addMonths(from, rule.months)) {
    return violation(field, `有效期最长${rule.months}个月`, `at most ${rule.months} months`);
  }
  return undefined;
}
