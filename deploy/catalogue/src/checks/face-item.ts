import { type FaceItem, FaceItemType } from '@lianzheng/proto/catalog/v1/objects';
import type { Report } from '../problem.ts';
import { checkDistinct, checkText } from './texts.ts';

const KEY = /^[a-z][A-Za-z0-9]{0,63}$/;
const MAX_LENGTH = 10_000;

/** Items of a face: keys and names are unique, texts have a length, codes have values. */
export function checkItems(items: readonly FaceItem[], report: Report): void {
  for (const [index, item] of items.entries()) checkItem(`items[${index}]`, item, report);
  checkDistinct((index) => `items[${index}].key`, keysOf(items), report);
  checkDistinct(
    (index) => `items[${index}].name`,
    items.map(({ name }) => name),
    report,
  );
}

/** As a column KZ_<key> differs from another in more than case. */
function keysOf(items: readonly FaceItem[]): string[] {
  return items.map(({ key }) => key.toLowerCase());
}

function checkItem(path: string, item: FaceItem, report: Report): void {
  if (!KEY.test(item.key)) {
    report(
      `${path}.key`,
      item.key,
      '小写字母开头的英文驼峰名，至多64个字符',
      'a name in lower camel case, at most 64 characters',
    );
  }
  checkText(`${path}.name`, item.name, report);
  if (item.type === FaceItemType.UNSPECIFIED)
    report(`${path}.type`, '', '照面项类型', 'the type of the item');
  checkLength(path, item, report);
  checkValues(path, item, report);
}

function checkLength(path: string, { type, maxLength }: FaceItem, report: Report): void {
  const isText = type === FaceItemType.TEXT || type === FaceItemType.LONG_TEXT;
  if (isText && maxLength > MAX_LENGTH)
    report(`${path}.maxLength`, maxLength, `至多 ${MAX_LENGTH}`, 'at most this');
  if (!isText && maxLength > 0) {
    report(
      `${path}.maxLength`,
      maxLength,
      '仅 TEXT、LONG_TEXT 有长度',
      'a length only for TEXT and LONG_TEXT',
    );
  }
}

function checkValues(path: string, { type, values }: FaceItem, report: Report): void {
  if ((type === FaceItemType.CODE) !== values.length > 0) {
    report(`${path}.values`, values, 'CODE 有取值，其他类型没有', 'values for CODE and for no other type');
  }
  for (const [index, value] of values.entries()) checkText(`${path}.values[${index}]`, value, report);
  checkDistinct((index) => `${path}.values[${index}]`, values, report);
}
