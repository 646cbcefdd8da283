import { OfdError } from '../error.ts';
import { checkText } from '../font/index.ts';
import type { DataItem } from '../template/template.ts';

/** Values by key of face or metadata; several for holders. Dates are `yyyy-MM-dd`. */
export type Values = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What an item shows; '' for nothing. Throws an OfdError naming the key for a value of the wrong form. */
export function shownText(item: DataItem, values: Values): string {
  const found = Object.hasOwn(values, item.key) ? values[item.key] : undefined;
  const list = found === undefined ? [] : typeof found === 'string' ? [found] : found;
  const chosen = (item.index === undefined ? list : list.slice(item.index, item.index + 1)).filter(
    (one) => one !== '',
  );
  if (chosen.length === 0) return item.absent;
  for (const one of chosen) checkText(one, item.key);
  return item.before + chosen.map((one) => formatted(one, item)).join(item.join) + item.after;
}

function formatted(value: string, { format, key }: DataItem): string {
  if (format === 'text') return value;
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (format === 'date') {
    if (!match) throw new OfdError(key, '日期应为 yyyy-MM-dd', 'a date should be yyyy-MM-dd');
    return `${match[1]}年${match[2]}月${match[3]}日`;
  }
  const minute = /^(\d{2}):(\d{2})$/.exec(value);
  if (!minute) throw new OfdError(key, '时间应为 HH:mm', 'a time should be HH:mm');
  return `${minute[1]}时${minute[2]}分`;
}
