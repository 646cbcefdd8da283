import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { dayFault } from './days.ts';
import { checkFace } from './face.ts';
import { checkHolders } from './holders.ts';
import { licenceNumberFault } from './licence-number.ts';
import { printedFormFaults } from './printed-forms.ts';
import { validityFaults } from './validity.ts';
import { type Violation, violation } from './violation.ts';

/** The signed form adds names and the identifier and may have 48 KiB; the leaf's commitments then fit as well. */
const MAX_DATA_BYTES = 40 * 1024;

/**
 * Licence data in normal form, checked against its type; everything that is wrong is added to `faults` at once.
 * `type` undefined = unknown: what does not depend on it is checked all the same.
 */
export function checkLicenceData(
  prefix: string,
  data: LicenceData,
  type: LicenceType | undefined,
  faults: Violation[],
): LicenceData {
  if (!type) {
    const known = data.typeCode === '' ? violation(`${prefix}type_code`, '必填', 'required') : undefined;
    faults.push(
      known ?? violation(`${prefix}type_code`, '证照类型不存在或未发布', 'no such published licence type'),
    );
  }
  push(faults, licenceNumberFault(`${prefix}licence_number`, data.licenceNumber, type));
  push(faults, dayFault(`${prefix}issued_on`, data.issuedOn));
  faults.push(...validityFaults(prefix, data, type?.validity));
  faults.push(...printedFormFaults(`${prefix}printed_forms`, data.printedForms, type));
  push(faults, sizeFault(prefix, data));
  return {
    ...data,
    holders: checkHolders(`${prefix}holders`, data.holders, type, faults),
    items: checkFace(`${prefix}items`, data.items, type, faults),
  };
}

function push(faults: Violation[], fault: Violation | undefined): void {
  if (fault) faults.push(fault);
}

function sizeFault(prefix: string, data: LicenceData): Violation | undefined {
  const text = JSON.stringify(data);
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (text.length * 3 <= MAX_DATA_BYTES || Buffer.byteLength(text) <= MAX_DATA_BYTES) return undefined;
  return violation(prefix.slice(0, -1), '证照数据超过 40 KiB', 'more than 40 KiB of licence data');
}
