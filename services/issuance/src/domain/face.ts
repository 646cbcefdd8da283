import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { checkItem } from './face-item.ts';
import { type Violation, violation } from './violation.ts';

type Items = Readonly<Record<string, string>>;

/**
 * The face data by the type's items, in its order; an empty value is the same as none. What is wrong is added to
 * `faults`. Without a known type only the values pass through.
 */
export function checkFace(
  prefix: string,
  items: Items,
  type: LicenceType | undefined,
  faults: Violation[],
): Record<string, string> {
  if (!type) return { ...items };
  const checked: Record<string, string> = {};
  for (const item of type.items) {
    const field = `${prefix}.${item.key}`;
    const value = Object.hasOwn(items, item.key) ? items[item.key]! : '';
    if (value.trim() === '') {
      if (item.required) faults.push(violation(field, `${item.name}必填`, 'required'));
      continue;
    }
    const result = checkItem(field, value, item);
    if ('fault' in result) faults.push(result.fault);
    else checked[item.key] = result.value;
  }
  for (const key of Object.keys(items)) {
    if (type.items.some((item) => item.key === key)) continue;
    faults.push(violation(`${prefix}.${shown(key)}`, '该证照类型没有此照面项', 'this type has no such item'));
  }
  return checked;
}

/** Keys come from callers: what an error repeats of them is short and plain. */
function shown(key: string): string {
  return key.replace(/[^0-9A-Za-z_-]/g, '?').slice(0, 40);
}
