import { DerError } from './errors.ts';
import { decodeOid } from './oid.ts';
import { type Cursor, type Element, expectTag, nextIf } from './read.ts';
import { tag } from './tags.ts';
import { parseGeneralizedTime, parseUtcTime } from './time.ts';
import { fitsUnusedBits, isAscii, isPrintable } from './write.ts';

// Every function takes the tag that it expects, for members with an IMPLICIT one.

export function integerOf(element: Element, identifier: number = tag.integer): bigint {
  const { content } = checkedInteger(element, identifier);
  return BigInt.asIntN(content.length * 8, BigInt(`0x${Buffer.from(content).toString('hex')}`));
}

/** An INTEGER from `min` (default 0) to `max` (default 2^53 − 1). */
export function smallIntegerOf(
  element: Element,
  { min = 0, max = Number.MAX_SAFE_INTEGER, identifier = tag.integer as number } = {},
): number {
  const value = integerOf(element, identifier);
  if (value < min || value > max) throw new DerError(`${value} is not from ${min} to ${max}`, element);
  return Number(value);
}

/** A non-negative INTEGER as exactly `length` big-endian octets. */
export function unsignedIntegerOf(element: Element, length: number): Buffer {
  const { content } = checkedInteger(element, tag.integer);
  if (content[0]! >= 0x80) throw new DerError('negative INTEGER', element);
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > length) throw new DerError(`INTEGER of more than ${length} octets`, element);
  const octets = Buffer.alloc(length);
  octets.set(digits, length - digits.length);
  return octets;
}

export function enumeratedOf(element: Element): number {
  return smallIntegerOf(element, { identifier: tag.enumerated });
}

export function booleanOf(element: Element, identifier: number = tag.boolean): boolean {
  expectTag(element, identifier);
  const [octet] = element.content;
  if (element.content.length !== 1 || (octet !== 0xff && octet !== 0))
    throw new DerError('BOOLEAN is neither ff nor 00', element);
  return octet === 0xff;
}

/** `BOOLEAN DEFAULT FALSE`; a FALSE that is written down is not DER (X.690 §11.5). */
export function nextBooleanDefaultFalse(cursor: Cursor, name: string): boolean {
  const element = nextIf(cursor, name, tag.boolean);
  if (element && !booleanOf(element)) throw new DerError('default value is written down', element);
  return element !== undefined;
}

export function nullOf(element: Element): void {
  expectTag(element, tag.null);
  if (element.content.length > 0) throw new DerError('NULL with content', element);
}

/** Octets and how many bits at their end (0 to 7, all zero) do not belong to it. */
export function bitStringOf(
  element: Element,
  identifier: number = tag.bitString,
): { octets: Uint8Array; unusedBits: number } {
  expectTag(element, identifier);
  const [unusedBits] = element.content;
  const octets = element.content.subarray(1);
  if (unusedBits === undefined || !fitsUnusedBits(octets, unusedBits))
    throw new DerError('BIT STRING with wrong unused bits', element);
  return { octets, unusedBits };
}

/** A BIT STRING of whole octets, such as a signature or a public key. */
export function bitStringOctetsOf(element: Element, identifier: number = tag.bitString): Uint8Array {
  const { octets, unusedBits } = bitStringOf(element, identifier);
  if (unusedBits !== 0) throw new DerError('BIT STRING of a broken octet', element);
  return octets;
}

/** The numbers of the bits that are set; trailing zero bits are not DER here (X.690 §11.2.2). */
export function namedBitsOf(element: Element, identifier: number = tag.bitString): number[] {
  const { octets, unusedBits } = bitStringOf(element, identifier);
  const count = octets.length * 8 - unusedBits;
  const bits = Array.from({ length: count }, (_, bit) => bit).filter(
    (bit) => (octets[bit >> 3]! & (0x80 >> (bit & 7))) !== 0,
  );
  if (count > 0 && bits.at(-1) !== count - 1) throw new DerError('named bits end with a zero', element);
  return bits;
}

export function octetStringOf(element: Element, identifier: number = tag.octetString): Uint8Array {
  expectTag(element, identifier);
  return element.content;
}

/** In dotted form. */
export function oidOf(element: Element, identifier: number = tag.oid): string {
  expectTag(element, identifier);
  const text = decodeOid(element.content);
  if (text === undefined) throw new DerError('OBJECT IDENTIFIER not minimal or cut', element);
  return text;
}

/** Well-formed UTF-8; a byte order mark stays part of the text. */
export function utf8StringOf(element: Element, identifier: number = tag.utf8String): string {
  expectTag(element, identifier);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(element.content);
  } catch {
    throw new DerError('not UTF-8', element);
  }
}

export function printableStringOf(element: Element, identifier: number = tag.printableString): string {
  return restricted(element, identifier, isPrintable);
}

export function ia5StringOf(element: Element, identifier: number = tag.ia5String): string {
  return restricted(element, identifier, isAscii);
}

export function utcTimeOf(element: Element, identifier: number = tag.utcTime): Date {
  return timeOf(element, identifier, parseUtcTime);
}

export function generalizedTimeOf(element: Element, identifier: number = tag.generalizedTime): Date {
  return timeOf(element, identifier, parseGeneralizedTime);
}

/** `Time` of RFC 5280: either of the two. */
export function eitherTimeOf(element: Element): Date {
  return element.tag === tag.utcTime ? utcTimeOf(element) : generalizedTimeOf(element);
}

function restricted(element: Element, identifier: number, allows: (text: string) => boolean): string {
  expectTag(element, identifier);
  const text = Buffer.from(element.content).toString('latin1');
  if (!allows(text)) throw new DerError('characters that this string type does not have', element);
  return text;
}

function timeOf(element: Element, identifier: number, parse: (text: string) => Date | undefined): Date {
  expectTag(element, identifier);
  const at = parse(Buffer.from(element.content).toString('latin1'));
  if (!at) throw new DerError('time out of form', element);
  return at;
}

function checkedInteger(element: Element, identifier: number): Element {
  expectTag(element, identifier);
  const [first, second] = element.content;
  if (first === undefined) throw new DerError('INTEGER without content', element);
  const padded =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (padded) throw new DerError('INTEGER not minimal', element);
  return element;
}
