import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { PrintedForm } from '@lianzheng/proto/issuance/v1/issuance';
import { textFault } from './text.ts';
import { type Violation, violation } from './violation.ts';

const MAX_FORM_NUMBER = 64;

/** The paper made at the same time (同步制发): each form at most once, among those that the type has. */
export function printedFormFaults(
  prefix: string,
  forms: readonly PrintedForm[],
  type: LicenceType | undefined,
): Violation[] {
  return forms.flatMap(({ form, formNumber }, index) => {
    const path = `${prefix}[${index}]`;
    const formFault =
      type && !type.forms.includes(form)
        ? violation(
            `${path}.form`,
            `应为：${type.forms.join('、')}`,
            `must be one of ${type.forms.join(', ')}`,
          )
        : forms.findIndex((other) => other.form === form) < index
          ? violation(`${path}.form`, '同一载体只能出现一次', 'each form once only')
          : undefined;
    const numberFault = textFault(`${path}.form_number`, formNumber, {
      maxLength: MAX_FORM_NUMBER,
      required: true,
    });
    return [formFault, numberFault].filter((fault) => fault !== undefined);
  });
}
