import { containsHolderCode, randomSerial, serialFrom } from '@lianzheng/identifier';
import { type LicenceType, SerialRule } from '@lianzheng/proto/catalog/v1/objects';
import type { Holder } from '@lianzheng/proto/issuance/v1/issuance';
import { textFault } from './text.ts';
import { type Violation, violation } from './violation.ts';

/** ZZBH, longer than the national schemas' 50 because some numbers name the office in words. */
const MAX_LICENCE_NUMBER = 100;
const patterns = new WeakMap<LicenceType, RegExp>();

export function licenceNumberFault(
  field: string,
  number: string,
  type: LicenceType | undefined,
): Violation | undefined {
  const fault = textFault(field, number, { maxLength: MAX_LICENCE_NUMBER, required: true });
  if (fault) return fault;
  if (number !== number.trim()) return violation(field, '首尾不应有空白', 'no spaces at its ends');
  if (!type?.licenceNumberPattern || patternOf(type).test(number)) return undefined;
  return violation(
    field,
    `不符合该证照类型的编号规则 ${type.licenceNumberPattern}`,
    `not of this type's form ${type.licenceNumberPattern}`,
  );
}

function patternOf(type: LicenceType): RegExp {
  const known = patterns.get(type);
  if (known) return known;
  const pattern = new RegExp(`^(?:${type.licenceNumberPattern})$`, 'u');
  patterns.set(type, pattern);
  return pattern;
}

/** The serial that the licence number would be by the type's rule; undefined = it has to be drawn. */
export function serialOfNumber(
  type: LicenceType,
  number: string,
  holders: readonly Holder[],
): string | undefined {
  if (type.serialRule !== SerialRule.LICENCE_NUMBER) return undefined;
  const serial = serialFrom(number);
  if (serial === undefined) return undefined;
  // An identifier is seen by everybody: a number that gives away a holder's code cannot stand in it.
  const codes = holders.map((holder) => holder.code);
  return containsHolderCode(serial, codes) ? undefined : serial;
}

export function chooseSerial(
  type: LicenceType,
  number: string,
  holders: readonly Holder[],
  randomBytes: (size: number) => Uint8Array,
): string {
  return serialOfNumber(type, number, holders) ?? randomSerial(randomBytes);
}
