import type { ReadDocument } from '@lianzheng/ofd';
import { shown } from './certificates.ts';
import { failed, impossible, type Judged, passed } from './checks.ts';

/** Whether a copy for one use (加注件, GB/T 36903 JZJ fields) is still within its time. */
export function judgeCopy({ info }: ReadDocument, now: Date): Judged {
  const value = (name: string) => info.metadata.find(([key]) => key === name)?.[1];
  if (info.metadata.length === 0) return impossible('文件没有证照元数据', 'the file has no licence metadata');
  const fields = ['JZJZZSJ', 'JZJZZZ', 'JZJZZSY', 'JZJYXQJZSJ'].map(value);
  if (fields.every((one) => one === undefined))
    return passed('原件，不是加注件', 'an original, no copy for one use');
  if (fields.includes(undefined)) return failed('加注信息不全', 'the fields of a copy are not complete');
  const until = new Date(fields[3]!);
  if (Number.isNaN(until.getTime()))
    return failed('加注件有效期无法读取', "the copy's expiry cannot be read");
  if (now > until) return failed(`加注件已于 ${shown(until)} 失效`, `the copy expired at ${shown(until)}`);
  return passed(
    `加注件，仅用于：${fields[2]}，至 ${shown(until)}`,
    `a copy for ${fields[2]}, until ${shown(until)}`,
  );
}
