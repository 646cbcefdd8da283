import { accepted, type CodeCheck, refused, tidy } from './code-check.ts';
import { isDivisionCode } from './division-code.ts';

/** GB 11643, ISO/IEC 7064 MOD 11-2: every substitution and every transposition of neighbours is detected. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = '10X98765432';

/**
 * A resident identity number (公民身份号码, GB 11643) as 18 characters; the 15 digits used until 1999 are
 * expanded. Checked are form, division form, calendar date and check digit.
 */
export function checkResidentNumber(text: string): CodeCheck {
  const tidied = tidy(text);
  const code = /^[0-9]{15}$/.test(tidied) ? toEighteen(tidied) : tidied;
  if (!/^[0-9]{17}[0-9X]$/.test(code)) {
    return refused(
      'form',
      '公民身份号码应为18位（末位可为X）或15位数字',
      'a resident identity number is 18 digits, the last may be X, or 15 digits',
    );
  }
  if (!isResidentDivision(code.slice(0, 6))) {
    return refused(
      'division',
      '公民身份号码前6位不是行政区划代码',
      'the first six digits are no division code',
    );
  }
  if (!isCalendarDate(code.slice(6, 14))) {
    return refused('date', '公民身份号码第7至14位不是有效日期', 'digits 7 to 14 are no calendar date');
  }
  const expected = residentNumberCheckDigit(code.slice(0, 17));
  if (code[17] !== expected) {
    return refused('check', `公民身份号码校验码应为 ${expected}`, `the check digit should be ${expected}`);
  }
  return accepted(code);
}

/** True only for the normal form of 18 characters. */
export function isResidentNumber(code: string): boolean {
  const check = checkResidentNumber(code);
  return check.ok && check.code === code;
}

/** The 18th character for the first 17 digits; throws a RangeError for anything but 17 digits. */
export function residentNumberCheckDigit(body: string): string {
  if (!/^[0-9]{17}$/.test(body)) throw new RangeError('expected 17 digits');
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return CHECK_DIGITS[sum % 11]!;
}

/** All spellings under which one resident number is found in older records: 18 characters, 17 digits without check, 15. */
export function residentNumberForms(code: string): string[] {
  const check = checkResidentNumber(code);
  if (!check.ok) return [];
  return [check.code, check.code.slice(0, 17), check.code.slice(0, 6) + check.code.slice(8, 17)];
}

function toEighteen(fifteen: string): string {
  // GB 11643-1989 kept the sequence codes 996 to 999 for people born before 1900.
  const century = /99[6-9]$/.test(fifteen) ? '18' : '19';
  const body = fifteen.slice(0, 6) + century + fifteen.slice(6);
  return body + residentNumberCheckDigit(body);
}

/** 83 stands only in residence permits of Taiwan residents, whose numbers otherwise follow GB 11643. */
function isResidentDivision(code: string): boolean {
  return isDivisionCode(code) || code === '830000';
}

function isCalendarDate(yyyymmdd: string): boolean {
  const [year, month, day] = [yyyymmdd.slice(0, 4), yyyymmdd.slice(4, 6), yyyymmdd.slice(6)].map(Number);
  if (year! < 1800) return false;
  const date = new Date(Date.UTC(year!, month! - 1, day!));
  return date.getUTCMonth() === month! - 1 && date.getUTCDate() === day!;
}
