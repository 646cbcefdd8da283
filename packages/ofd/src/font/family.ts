import { type Glyph, readGlyph } from './glyph.ts';
import { type FontFile, openFont } from './sfnt.ts';

/** Files that together are one font: the slices of a web font, or a single file. */
export interface Family {
  readonly name: string;
  readonly unitsPerEm: number;
  readonly files: readonly FontFile[];
  /** maxp for all files, the number of glyphs left open. */
  readonly maxima: Buffer;
  /** The glyph of a code point; undefined where the family has none. Kept once made. */
  glyphOf(code: number): Glyph | undefined;
}

/** Bytes of a font's files with their names; the first that has a character gives it. */
export interface FamilySource {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Throws an OfdError for a broken file, a RangeError where the files do not fit together. */
export function openFamily({ name, files: sources }: FamilySource): Family {
  const files = sources.map((source) => openFont(source.bytes, source.name));
  const unitsPerEm = files[0]?.unitsPerEm;
  if (unitsPerEm === undefined || files.some((file) => file.unitsPerEm !== unitsPerEm))
    throw new RangeError(`${name}: no files, or files of different units per em`);
  const places = new Map<number, FontFile>();
  for (const file of files)
    for (const code of file.codes.keys()) if (!places.has(code)) places.set(code, file);
  const glyphs = new Map<number, Glyph>();
  return {
    name,
    unitsPerEm,
    files,
    maxima: maximaOf(files),
    glyphOf(code) {
      const kept = glyphs.get(code);
      if (kept) return kept;
      const file = places.get(code);
      if (!file) return undefined;
      const glyph = readGlyph(file, file.codes.get(code)!);
      if (isBlank(glyph) && !isSpace(code)) return undefined;
      glyphs.set(code, glyph);
      return glyph;
    },
  };
}

/** The largest of every count over the files; nothing for instructions, of which a subset has none. */
function maximaOf(files: readonly FontFile[]): Buffer {
  const maxp = Buffer.alloc(32);
  maxp.writeUInt32BE(0x00010000, 0);
  for (const at of [6, 8, 10, 12, 28, 30])
    maxp.writeUInt16BE(Math.max(...files.map(({ tables }) => tables.get('maxp')!.readUInt16BE(at))), at);
  maxp.writeUInt16BE(2, 14);
  return maxp;
}

function isBlank({ bytes }: Glyph): boolean {
  return bytes.length === 0;
}

/** A glyph without an outline stands for nothing but white space: otherwise the font only pretends to have it. */
function isSpace(code: number): boolean {
  return (
    code === 0x20 || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f
  );
}
