import { isDay } from '@lianzheng/licence';
import { type Violation, violation } from './violation.ts';

/** Earlier and later days on a licence are slips of the pen. */
export const EARLIEST_DAY = '1900-01-01';
export const LATEST_DAY = '2200-12-31';

export function dayFault(field: string, day: string): Violation | undefined {
  if (day === '') return violation(field, '必填', 'required');
  if (!isDay(day))
    return violation(field, '应为存在的日期 YYYY-MM-DD', 'must be a day that exists, YYYY-MM-DD');
  if (day < EARLIEST_DAY || day > LATEST_DAY) {
    return violation(
      field,
      `应在${EARLIEST_DAY}与${LATEST_DAY}之间`,
      `must lie between ${EARLIEST_DAY} and ${LATEST_DAY}`,
    );
  }
  return undefined;
}
