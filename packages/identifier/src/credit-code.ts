import { accepted, type CodeCheck, refused, tidy } from './code-check.ts';

/** GB 32100: digits and letters without I, O, S, V, Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** 3^(i-1) modulo 31. */
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const FORM = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/** GB 11714, the organisation code at places 9 to 17 of a credit code. */
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/**
 * A unified social credit code (统一社会信用代码, GB 32100) in normal form.
 * Its inner organisation code is not checked: codes were given out in which only the outer check holds.
 */
export function checkCreditCode(text: string): CodeCheck {
  const code = tidy(text);
  if (!FORM.test(code)) {
    return refused(
      'form',
      '统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z），第3至8位为数字',
      'a unified social credit code is 18 digits and letters without I O S V Z, places 3 to 8 digits',
    );
  }
  const expected = creditCodeCheckCharacter(code.slice(0, 17));
  if (code[17] !== expected) {
    return refused(
      'check',
      `统一社会信用代码校验码应为 ${expected}`,
      `the check character should be ${expected}`,
    );
  }
  return accepted(code);
}

/** True only for the normal form. */
export function isCreditCode(code: string): boolean {
  return FORM.test(code) && code[17] === creditCodeCheckCharacter(code.slice(0, 17));
}

/** The 18th character for the first 17; throws a RangeError if they are not 17 characters of the alphabet. */
export function creditCodeCheckCharacter(body: string): string {
  const sum = weigh(body, WEIGHTS, ALPHABET);
  return ALPHABET[(31 - (sum % 31)) % 31]!;
}

/** The 9th character of an organisation code (GB 11714) for the first 8, which are `0-9A-Z`. */
export function organisationCodeCheckCharacter(body: string): string {
  const sum = weigh(body, ORGANISATION_WEIGHTS, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  return '0123456789X'[(11 - (sum % 11)) % 11]!;
}

function weigh(body: string, weights: readonly number[], alphabet: string): number {
  if (body.length !== weights.length) throw new RangeError(`expected ${weights.length} characters`);
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    const value = alphabet.indexOf(body[index]!);
    if (value < 0) throw new RangeError(`character ${index + 1} is not in the alphabet`);
    sum += weight * value;
  }
  return sum;
}
