import { checkCreditCode, checkResidentNumber } from '@lianzheng/identifier';
import { type FaceItem, FaceItemType } from '@lianzheng/proto/catalog/v1/objects';
import { dayFault } from './days.ts';
import { textFault } from './text.ts';
import { type Violation, violation } from './violation.ts';

const DEFAULT_MAX_LENGTH = 200;
const MAX_NUMBER_LENGTH = 40;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

export type ItemCheck = { readonly value: string } | { readonly fault: Violation };

/** A value that is not empty, checked by the item's type; codes come back in their one normal form. */
export function checkItem(field: string, value: string, item: FaceItem): ItemCheck {
  const maxLength = item.maxLength || DEFAULT_MAX_LENGTH;
  const lines = item.type === FaceItemType.LONG_TEXT;
  const fault = textFault(field, value, { maxLength, lines }) ?? CHECKS.get(item.type)?.(field, value, item);
  if (fault) return { fault };
  return NORMAL_FORMS.get(item.type)?.(field, value) ?? { value };
}

const CHECKS: ReadonlyMap<
  FaceItemType,
  (field: string, value: string, item: FaceItem) => Violation | undefined
> = new Map([
  [FaceItemType.DATE, dayFault],
  [FaceItemType.NUMBER, numberFault],
  [FaceItemType.CODE, codeFault],
]);

const NORMAL_FORMS: ReadonlyMap<FaceItemType, (field: string, value: string) => ItemCheck> = new Map([
  [FaceItemType.CREDIT_CODE, (field, value) => normalForm(field, checkCreditCode(value))],
  [FaceItemType.RESIDENT_ID, (field, value) => normalForm(field, checkResidentNumber(value))],
]);

function numberFault(field: string, value: string): Violation | undefined {
  if (DECIMAL.test(value) && value.length <= MAX_NUMBER_LENGTH) return undefined;
  return violation(
    field,
    '应为十进制数，不用指数或分节',
    'must be a decimal number without exponent or grouping',
  );
}

function codeFault(field: string, value: string, { values }: FaceItem): Violation | undefined {
  if (values.includes(value)) return undefined;
  return violation(field, `应为：${values.join('、')}`, `must be one of ${values.join(', ')}`);
}

function normalForm(field: string, check: ReturnType<typeof checkCreditCode>): ItemCheck {
  return check.ok ? { value: check.code } : { fault: { field, description: check.message } };
}
