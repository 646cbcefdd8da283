import { type FaceItem, FaceItemType } from '@lianzheng/proto/catalog/v1/objects';
import { checkDistinct, checkEnum, checkNotEmpty, checkText } from './texts.ts';
import { below, type Report } from './violations.ts';

const KEY = /^[a-z][A-Za-z0-9]{0,63}$/;
const MAX_LENGTH = 10_000;

/** Items of a face: keys and names are unique, texts have a length, codes have values. */
export function checkItems(items: readonly FaceItem[], report: Report): void {
  checkNotEmpty('items', items, report);
  for (const [index, item] of items.entries()) checkItem(item, below(`items[${index}]`, report));
  // As a column KZ_<key> differs from another in more than case.
  const keys = items.map(({ key }) => key.toLowerCase());
  checkDistinct((index) => `items[${index}].key`, keys, report);
  const names = items.map(({ name }) => name);
  checkDistinct((index) => `items[${index}].name`, names, report);
}

function checkItem(item: FaceItem, report: Report): void {
  if (!KEY.test(item.key)) {
    report(
      'key',
      '小写字母开头的英文驼峰名，至多64个字符',
      'a name in lower camel case, at most 64 characters',
    );
  }
  checkText('name', item.name, report);
  checkEnum('type', item.type, FaceItemType, report);
  checkLength(item, report);
  checkValues(item, report);
}

function checkLength({ type, maxLength }: FaceItem, report: Report): void {
  const isText = type === FaceItemType.TEXT || type === FaceItemType.LONG_TEXT;
  if (isText && maxLength > MAX_LENGTH) report('max_length', `至多 ${MAX_LENGTH}`, `at most ${MAX_LENGTH}`);
  if (!isText && maxLength > 0) {
    report('max_length', '仅 TEXT、LONG_TEXT 有长度', 'a length only for TEXT and LONG_TEXT');
  }
}

function checkValues({ type, values }: FaceItem, report: Report): void {
  if ((type === FaceItemType.CODE) !== values.length > 0) {
    report('values', 'CODE 有取值，其他类型没有', 'values for CODE and for no other type');
  }
  for (const [index, value] of values.entries()) checkText(`values[${index}]`, value, report);
  checkDistinct((index) => `values[${index}]`, values, report);
}
