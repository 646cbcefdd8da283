import { OfdError } from '../error.ts';
import { ALPHANUMERIC, BLOCKS, CORRECTION, codewordsOf, dataCodewordsOf, MAX_VERSION } from './tables.ts';

/** The smallest version that holds the text, and its codewords with correction, interleaved (ISO/IEC 18004 §7.4–7.6). */
export function encode(text: string): { version: number; codewords: Uint8Array } {
  const plain = [...text].every((character) => ALPHANUMERIC.includes(character));
  const bytes = Buffer.from(text);
  for (let version = 1; version <= MAX_VERSION; version++) {
    const bits = plain ? alphanumericBits(text, version) : byteBits(bytes, version);
    const room = dataCodewordsOf(version);
    if (bits.length <= room * 8) return { version, codewords: interleave(fill(bits, room), version) };
  }
  throw new OfdError('code', '二维码内容过长', 'the content of the QR code is too long');
}

function put(bits: number[], value: number, length: number): void {
  for (let at = length - 1; at >= 0; at--) bits.push((value >>> at) & 1);
}

function alphanumericBits(text: string, version: number): number[] {
  const bits: number[] = [];
  put(bits, 0b0010, 4);
  put(bits, text.length, version < 10 ? 9 : 11);
  const value = (at: number) => ALPHANUMERIC.indexOf(text[at]!);
  for (let at = 0; at + 1 < text.length; at += 2) put(bits, value(at) * 45 + value(at + 1), 11);
  if (text.length % 2 === 1) put(bits, value(text.length - 1), 6);
  return bits;
}

function byteBits(bytes: Buffer, version: number): number[] {
  const bits: number[] = [];
  put(bits, 0b0100, 4);
  put(bits, bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(bits, byte, 8);
  return bits;
}

/** Terminator, whole bytes, then the two padding bytes in turn. */
function fill(bits: number[], room: number): Uint8Array {
  put(bits, 0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data = new Uint8Array(room);
  for (const [at, bit] of bits.entries()) data[at >> 3]! |= bit << (7 - (at & 7));
  for (let at = bits.length / 8, even = true; at < room; at++, even = !even) data[at] = even ? 0xec : 0x11;
  return data;
}

function interleave(data: Uint8Array, version: number): Uint8Array {
  const [blocks, correction] = [BLOCKS[version - 1]!, CORRECTION[version - 1]!];
  const total = codewordsOf(version);
  const short = Math.floor(total / blocks) - correction;
  const longBlocks = total % blocks;
  const generator = generatorOf(correction);
  const parts: { data: Uint8Array; correction: Uint8Array }[] = [];
  for (let block = 0, at = 0; block < blocks; block++) {
    const own = data.subarray(at, at + short + (block < blocks - longBlocks ? 0 : 1));
    at += own.length;
    parts.push({ data: own, correction: remainder(own, generator) });
  }
  const result: number[] = [];
  for (let at = 0; at <= short; at++)
    for (const part of parts) if (at < part.data.length) result.push(part.data[at]!);
  for (let at = 0; at < correction; at++) for (const part of parts) result.push(part.correction[at]!);
  return Uint8Array.from(result);
}

/** In GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

function generatorOf(degree: number): Uint8Array {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  for (let index = 0, root = 1; index < degree; index++, root = multiply(root, 2))
    for (let at = 0; at < degree; at++) result[at] = multiply(result[at]!, root) ^ (result[at + 1] ?? 0);
  return result;
}

function remainder(data: Uint8Array, generator: Uint8Array): Uint8Array {
  const result = new Uint8Array(generator.length);
  for (const byte of data) {
    const factor = byte ^ result[0]!;
    result.copyWithin(0, 1);
    result[result.length - 1] = 0;
    if (factor !== 0)
      for (let at = 0; at < result.length; at++) result[at]! ^= multiply(generator[at]!, factor);
  }
  return result;
}
