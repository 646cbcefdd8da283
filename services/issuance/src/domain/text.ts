import { type Violation, violation } from './violation.ts';

/** Controls, lone surrogates, line separators and characters that turn the reading direction: none stands on a paper. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/u;

export interface TextRule {
  /** In characters (code points). */
  readonly maxLength: number;
  /** At least one character that is not a space. */
  readonly required?: boolean;
  /** Line feeds and tabs are part of it. */
  readonly lines?: boolean;
}

/** What is wrong with a text, if anything; an empty one is wrong only where it is required. */
export function textFault(field: string, text: string, rule: TextRule): Violation | undefined {
  if (text.trim() === '') {
    if (rule.required) return violation(field, '必填', 'required');
    return text === '' ? undefined : violation(field, '只有空白', 'nothing but spaces');
  }
  const visible = rule.lines ? text.replace(/[\n\t]/g, '') : text;
  if (UNPRINTABLE.test(visible)) {
    return violation(field, '含有控制字符或不可见字符', 'contains control or invisible characters');
  }
  if (text.length > rule.maxLength && [...text].length > rule.maxLength) {
    return violation(field, `最长${rule.maxLength}个字符`, `at most ${rule.maxLength} characters`);
  }
  return undefined;
}
