import { isCreditCode } from '@lianzheng/identifier';
import type { Report } from './violations.ts';

const MAX_NAME = 200;

/** A text that can be printed on one line: not empty, no space at its ends, no control characters. */
export function checkText(field: string, text: string, report: Report, maxLength = MAX_NAME): void {
  if (!/^\S(?:.*\S)?$/u.test(text) || /\p{Cc}/u.test(text) || [...text].length > maxLength) {
    report(
      field,
      `一行非空文字，首尾无空格，至多${maxLength}个字符`,
      `one line of text without spaces around it, at most ${maxLength} characters`,
    );
  }
}

export function checkCreditCode(field: string, code: string, report: Report): void {
  if (!isCreditCode(code)) {
    report(field, '18位统一社会信用代码，校验码正确', 'a credit code (GB 32100) with its check character');
  }
}

/** Reports each value that stood before in the list. */
export function checkDistinct(
  field: (index: number) => string,
  values: readonly (string | number)[],
  report: Report,
): void {
  const seen = new Set<string | number>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) report(field(index), '列表中不重复', 'a value not yet in the list');
    seen.add(value);
  }
}

export function checkNotEmpty(field: string, list: readonly unknown[], report: Report): void {
  if (list.length === 0) report(field, '至少一项', 'at least one');
}

/** `values`: the generated enum. Refuses UNSPECIFIED and numbers of later releases, which this one cannot judge. */
export function checkEnum(
  field: string,
  value: number,
  values: Readonly<Record<string, number>>,
  report: Report,
): void {
  const names = Object.keys(values).filter((name) => values[name] !== 0);
  if (!names.some((name) => values[name] === value)) {
    report(field, `其中之一：${names.join('、')}`, `one of ${names.join(', ')}`);
  }
}
