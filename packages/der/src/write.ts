import { encodeOid } from './oid.ts';
import { contextConstructed, isConstructed, tag } from './tags.ts';
import { formatGeneralizedTime, formatUtcTime } from './time.ts';

/** An encoded element; `undefined` is an OPTIONAL or DEFAULT that is left out. */
export type Part = Uint8Array | undefined;

/** Any element: identifier octet, definite minimal length, content. */
export function encode(identifier: number, ...content: Part[]): Buffer {
  const parts = content.filter((part) => part !== undefined);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(identifier), lengthOctets(length), ...parts]);
}

export function sequence(...members: Part[]): Buffer {
  return encode(tag.sequence, ...members);
}

/** SET OF: DER sorts the members by their octets (X.690 §11.6). */
export function setOf(...members: Uint8Array[]): Buffer {
  return encode(tag.set, ...members.toSorted(Buffer.compare));
}

/** `[n] EXPLICIT`. */
export function explicit(number: number, element: Uint8Array): Buffer {
  return encode(contextConstructed(number), element);
}

/** `[n] IMPLICIT`: the element with its own tag replaced. */
export function implicit(number: number, element: Uint8Array): Buffer {
  const copy = Buffer.from(element);
  copy[0] = (contextConstructed(number) & ~0x20) | (isConstructed(element[0]!) ? 0x20 : 0);
  return copy;
}

export function integer(value: bigint | number): Buffer {
  return encode(tag.integer, integerOctets(BigInt(value)));
}

/** A non-negative INTEGER given as big-endian octets, e.g. a coordinate or a serial number. */
export function unsignedInteger(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const digits = octets.subarray(start);
  if (digits.length === 0) throw new RangeError('an INTEGER of no octets');
  return encode(tag.integer, digits[0]! >= 0x80 ? Buffer.of(0) : undefined, digits);
}

export function enumerated(value: number): Buffer {
  return encode(tag.enumerated, integerOctets(BigInt(value)));
}

export function boolean(value: boolean): Buffer {
  return encode(tag.boolean, Buffer.of(value ? 0xff : 0x00));
}

/** `BOOLEAN DEFAULT FALSE`: DER leaves the default out. */
export function booleanDefaultFalse(value: boolean): Part {
  return value ? boolean(true) : undefined;
}

export function nullValue(): Buffer {
  return encode(tag.null);
}

/** `unusedBits` (0 to 7) at the end of the last octet must be zero (X.690 §11.2). */
export function bitString(octets: Uint8Array, unusedBits = 0): Buffer {
  if (!fitsUnusedBits(octets, unusedBits))
    throw new RangeError(`${unusedBits} unused bits that are not zero`);
  return encode(tag.bitString, Buffer.of(unusedBits), octets);
}

/** A BIT STRING with named bits: bit 0 first, trailing zeros left out (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Buffer {
  if (bits.length === 0) return bitString(Buffer.alloc(0));
  const last = Math.max(...bits);
  const octets = Buffer.alloc((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(octets, 7 - (last & 7));
}

export function octetString(octets: Uint8Array): Buffer {
  return encode(tag.octetString, octets);
}

export function oid(text: string): Buffer {
  return encode(tag.oid, encodeOid(text));
}

/** Throws RangeError for a lone surrogate, which UTF-8 cannot carry. */
export function utf8String(text: string): Buffer {
  if (!text.isWellFormed()) throw new RangeError('text with a lone surrogate');
  return encode(tag.utf8String, Buffer.from(text, 'utf8'));
}

export function printableString(text: string): Buffer {
  if (!isPrintable(text)) throw new RangeError(`no PrintableString: ${JSON.stringify(text)}`);
  return encode(tag.printableString, Buffer.from(text, 'latin1'));
}

export function ia5String(text: string): Buffer {
  if (!isAscii(text)) throw new RangeError(`no IA5String: ${JSON.stringify(text)}`);
  return encode(tag.ia5String, Buffer.from(text, 'latin1'));
}

export function utcTime(at: Date): Buffer {
  return encode(tag.utcTime, Buffer.from(formatUtcTime(at), 'latin1'));
}

export function generalizedTime(at: Date): Buffer {
  return encode(tag.generalizedTime, Buffer.from(formatGeneralizedTime(at), 'latin1'));
}

export function isPrintable(text: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
}

export function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

export function fitsUnusedBits(octets: Uint8Array, unusedBits: number): boolean {
  if (unusedBits === 0) return true;
  const last = octets.at(-1);
  return last !== undefined && unusedBits > 0 && unusedBits <= 7 && (last & ((1 << unusedBits) - 1)) === 0;
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(0x80 | octets.length, ...octets);
}

/** Two's complement, as few octets as possible (X.690 §8.3.2). */
function integerOctets(value: bigint): Buffer {
  let octets = 1;
  while (BigInt.asIntN(octets * 8, value) !== value) octets += 1;
  const digits = BigInt.asUintN(octets * 8, value).toString(16);
  return Buffer.from(digits.padStart(octets * 2, '0'), 'hex');
}
