import type { Family } from './family.ts';
import { type Glyph, sumOf } from './glyph.ts';
import { cmapTable, nameTable, os2Table, postTable } from './tables.ts';

const MAGIC = 0xb1b0afba;

/**
 * A TrueType font with the glyphs of these code points (ascending, each once), glyph 0 empty. Throws a RangeError for
 * a code point that the family does not have: look it up first.
 */
export function subsetOf(family: Family, codes: readonly number[]): Buffer {
  const glyphs: Glyph[] = [EMPTY];
  const numbers = new Map<Glyph, number>([[EMPTY, 0]]);
  const numberOf = (glyph: Glyph): number => {
    const known = numbers.get(glyph);
    if (known !== undefined) return known;
    numbers.set(glyph, glyphs.length);
    return glyphs.push(glyph) - 1;
  };
  const places = codes.map((code) => {
    const glyph = family.glyphOf(code);
    if (!glyph) throw new RangeError(`${family.name} has no U+${code.toString(16).toUpperCase()}`);
    return numberOf(glyph);
  });
  // Parts come behind; the list grows while it is walked.
  for (let index = 0; index < glyphs.length; index++)
    for (const { glyph } of glyphs[index]!.parts) numberOf(glyph);
  return assemble(family, glyphs, numberOf, codes, places);
}

const EMPTY: Glyph = Object.freeze({ advance: 0, bearing: 0, bytes: Buffer.alloc(0), sum: 0, parts: [] });

function assemble(
  family: Family,
  glyphs: readonly Glyph[],
  numberOf: (glyph: Glyph) => number,
  codes: readonly number[],
  places: readonly number[],
): Buffer {
  const first = family.files[0]!.tables;
  const short = glyphs.reduce((sum, { bytes }) => sum + bytes.length, 0) < 0x20000;
  const outlines = outlinesOf(glyphs, numberOf, short);
  const tables: [tag: string, bytes: Buffer, sum?: number][] = [
    ['OS/2', os2Table(family, codes)],
    ['cmap', cmapTable(codes, places)],
    ['glyf', outlines.glyf, outlines.sum],
    ['head', headTable(first.get('head')!, short)],
    ['hhea', hheaTable(first.get('hhea')!, glyphs)],
    ['hmtx', metricsOf(glyphs)],
    ['loca', outlines.loca],
    ['maxp', maxpTable(family, glyphs.length)],
    ['name', nameTable(family.name)],
    ['post', postTable()],
  ];
  return writeFont(tables);
}

function outlinesOf(glyphs: readonly Glyph[], numberOf: (glyph: Glyph) => number, short: boolean) {
  const glyf = Buffer.allocUnsafe(glyphs.reduce((size, { bytes }) => size + bytes.length, 0));
  const loca = Buffer.alloc((short ? 2 : 4) * (glyphs.length + 1));
  let [at, sum] = [0, 0];
  for (const [index, { bytes, sum: own, parts }] of glyphs.entries()) {
    glyf.set(bytes, at);
    for (const part of parts) glyf.writeUInt16BE(numberOf(part.glyph), at + part.at);
    sum = (sum + (parts.length === 0 ? own : sumOf(glyf.subarray(at, at + bytes.length)))) | 0;
    at += bytes.length;
    if (short) loca.writeUInt16BE(at / 2, 2 * (index + 1));
    else loca.writeUInt32BE(at, 4 * (index + 1));
  }
  return { glyf, loca, sum: sum >>> 0 };
}

function headTable(of: Buffer, short: boolean): Buffer {
  const head = Buffer.from(of.subarray(0, 54));
  head.writeUInt32BE(0, 8);
  head.writeInt16BE(short ? 0 : 1, 50);
  return head;
}

function hheaTable(of: Buffer, glyphs: readonly Glyph[]): Buffer {
  const hhea = Buffer.from(of.subarray(0, 36));
  hhea.writeUInt16BE(glyphs.length, 34);
  return hhea;
}

function metricsOf(glyphs: readonly Glyph[]): Buffer {
  const hmtx = Buffer.allocUnsafe(4 * glyphs.length);
  for (const [index, { advance, bearing }] of glyphs.entries()) {
    hmtx.writeUInt16BE(advance, 4 * index);
    hmtx.writeInt16BE(bearing, 4 * index + 2);
  }
  return hmtx;
}

function maxpTable({ maxima }: Family, glyphs: number): Buffer {
  const maxp = Buffer.from(maxima);
  maxp.writeUInt16BE(glyphs, 4);
  return maxp;
}

function writeFont(tables: readonly [tag: string, bytes: Buffer, sum?: number][]): Buffer {
  const start = 12 + 16 * tables.length;
  const font = Buffer.alloc(tables.reduce((size, [, { length }]) => size + ((length + 3) & ~3), start));
  const log = 31 - Math.clz32(tables.length);
  font.writeUInt32BE(0x00010000, 0);
  font.writeUInt16BE(tables.length, 4);
  font.writeUInt16BE(16 << log, 6);
  font.writeUInt16BE(log, 8);
  font.writeUInt16BE(16 * (tables.length - (1 << log)), 10);
  let [at, total, head] = [start, 0, 0];
  for (const [index, [tag, bytes, known]] of tables.entries()) {
    font.set(bytes, at);
    const padded = (bytes.length + 3) & ~3;
    const sum = known ?? sumOf(font.subarray(at, at + padded));
    font.write(tag, 12 + 16 * index, 'latin1');
    font.writeUInt32BE(sum, 16 + 16 * index);
    font.writeUInt32BE(at, 20 + 16 * index);
    font.writeUInt32BE(bytes.length, 24 + 16 * index);
    if (tag === 'head') head = at;
    total = (total + sum) | 0;
    at += padded;
  }
  total = (total + sumOf(font.subarray(0, start))) | 0;
  font.writeUInt32BE((MAGIC - total) >>> 0, head + 8);
  return font;
}
