import { isCreditCode } from '@lianzheng/identifier';
import type { Report } from '../problem.ts';

/** A text that can be printed on one line: not empty, no space at its ends, no control characters. */
export function checkText(path: string, text: string, report: Report): void {
  if (!/^\S(?:.*\S)?$/u.test(text) || /\p{Cc}/u.test(text)) {
    report(path, text, '一行非空文字，首尾无空格', 'one line of text without spaces around it');
  }
}

export function checkCreditCode(path: string, code: string, report: Report): void {
  if (!isCreditCode(code)) {
    report(
      path,
      code,
      '18位统一社会信用代码，校验码正确',
      'a credit code (GB 32100) with its check character',
    );
  }
}

/** Reports each value that stood before in the list. */
export function checkDistinct(
  path: (index: number) => string,
  values: readonly (string | number)[],
  report: Report,
): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index)
      report(path(index), value, '列表中不重复', 'a value not yet in the list');
  }
}

export function checkNotEmpty(path: string, list: readonly unknown[], report: Report): void {
  if (list.length === 0) report(path, list, '至少一项', 'at least one');
}
