/** Identifier octets (X.690 §8.1.2). Only tag numbers below 31: nothing that we read or write has a longer one. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

const MAX_LOW_TAG = 30;
const CONSTRUCTED = 0x20;

/** [n] over a primitive: IMPLICIT OCTET STRING and the like. */
export function contextPrimitive(number: number): number {
  return 0x80 | lowTag(number);
}

/** [n] over something constructed: EXPLICIT, or IMPLICIT SEQUENCE and SET. */
export function contextConstructed(number: number): number {
  return 0x80 | CONSTRUCTED | lowTag(number);
}

export function isConstructed(identifier: number): boolean {
  return (identifier & CONSTRUCTED) !== 0;
}

/** For error messages: `INTEGER`, `[0]`, `tag 0x1e`. */
export function tagName(identifier: number): string {
  if (identifier >> 6 === 2)
    return `[${identifier & 0x1f}]${isConstructed(identifier) ? ' constructed' : ''}`;
  const known = Object.entries(tag).find(([, value]) => value === identifier);
  return known ? known[0] : `tag 0x${identifier.toString(16).padStart(2, '0')}`;
}

function lowTag(number: number): number {
  if (!Number.isInteger(number) || number < 0 || number > MAX_LOW_TAG)
    throw new RangeError(`tag number ${number}: only 0 to ${MAX_LOW_TAG}`);
  return number;
}
