import { OfdError } from '../error.ts';
import { readCmap } from './cmap.ts';

/** A TrueType file: where its glyphs stand. Lengths in units of the em. */
export interface FontFile {
  readonly name: string;
  readonly unitsPerEm: number;
  readonly glyphCount: number;
  /** Code point → glyph, without glyph 0. */
  readonly codes: ReadonlyMap<number, number>;
  readonly tables: ReadonlyMap<string, Buffer>;
}

/** The tables of a font file with TrueType outlines (ISO/IEC 14496-22). Throws an OfdError that names the file. */
export function openFont(bytes: Uint8Array, name: string): FontFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const tables = readTables(file);
    const need = (tag: string) => {
      const table = tables.get(tag);
      if (!table) throw new RangeError(`no table ${tag}`);
      return table;
    };
    for (const tag of ['glyf', 'loca', 'hmtx', 'hhea']) need(tag);
    return {
      name,
      unitsPerEm: need('head').readUInt16BE(18),
      glyphCount: need('maxp').readUInt16BE(4),
      codes: readCmap(need('cmap')),
      tables,
    };
  } catch (cause) {
    throw new OfdError(
      name,
      `不是可用的 TrueType 字体：${(cause as Error).message}`,
      'not a usable TrueType font',
      {
        cause,
      },
    );
  }
}

function readTables(file: Buffer): Map<string, Buffer> {
  const version = file.readUInt32BE(0);
  if (version !== 0x00010000 && version !== 0x74727565) throw new RangeError('no TrueType outlines');
  const tables = new Map<string, Buffer>();
  for (let index = 0; index < file.readUInt16BE(4); index++) {
    const at = 12 + 16 * index;
    const from = file.readUInt32BE(at + 8);
    const to = from + file.readUInt32BE(at + 12);
    if (to > file.length) throw new RangeError('a table beyond the end');
    tables.set(file.toString('latin1', at, at + 4), file.subarray(from, to));
  }
  return tables;
}

/** Bytes of a glyph in glyf; empty for a space. */
export function glyphBytes({ tables }: FontFile, glyph: number): Buffer {
  const loca = tables.get('loca')!;
  const long = tables.get('head')!.readInt16BE(50) !== 0;
  const at = (index: number) => (long ? loca.readUInt32BE(4 * index) : 2 * loca.readUInt16BE(2 * index));
  return tables.get('glyf')!.subarray(at(glyph), at(glyph + 1));
}

export function advanceOf({ tables }: FontFile, glyph: number): { advance: number; bearing: number } {
  const hmtx = tables.get('hmtx')!;
  const full = tables.get('hhea')!.readUInt16BE(34);
  const row = Math.min(glyph, full - 1);
  const bearing = glyph < full ? 4 * glyph + 2 : 4 * full + 2 * (glyph - full);
  return { advance: hmtx.readUInt16BE(4 * row), bearing: hmtx.readInt16BE(bearing) };
}
