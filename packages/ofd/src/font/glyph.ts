import { advanceOf, type FontFile, glyphBytes } from './sfnt.ts';

/** A glyph ready to stand in a subset: without instructions, padded to 4 bytes, its checksum known. */
export interface Glyph {
  /** In units of the em. */
  readonly advance: number;
  readonly bearing: number;
  readonly bytes: Buffer;
  /** Sum of the bytes as big-endian words. */
  readonly sum: number;
  /** Glyphs that this one is composed of, with the place of each number in the bytes. */
  readonly parts: readonly { readonly at: number; readonly glyph: Glyph }[];
}

const MAX_NESTING = 6;

export function readGlyph(file: FontFile, index: number, depth = 0): Glyph {
  if (index >= file.glyphCount || depth > MAX_NESTING)
    throw new RangeError(`${file.name}: glyph ${index} is broken`);
  const raw = glyphBytes(file, index);
  const composite = raw.length > 0 && raw.readInt16BE(0) < 0;
  const { bytes, parts } = composite
    ? withoutInstructionsOfParts(raw)
    : { bytes: withoutInstructions(raw), parts: [] };
  const padded = Buffer.alloc((bytes.length + 3) & ~3);
  padded.set(bytes);
  return {
    ...advanceOf(file, index),
    bytes: padded,
    sum: sumOf(padded),
    parts: parts.map(({ at, index: part }) => ({ at, glyph: readGlyph(file, part, depth + 1) })),
  };
}

/** Instructions need the font's own programs, which a subset leaves out. */
function withoutInstructions(raw: Buffer): Buffer {
  if (raw.length === 0) return raw;
  const head = 10 + 2 * raw.readInt16BE(0);
  const length = raw.readUInt16BE(head);
  if (length === 0) return raw;
  return Buffer.concat([raw.subarray(0, head), Buffer.alloc(2), raw.subarray(head + 2 + length)]);
}

const WORDS = 0x0001;
const SCALE = 0x0008;
const MORE = 0x0020;
const TWO_SCALES = 0x0040;
const MATRIX = 0x0080;
const INSTRUCTIONS = 0x0100;

function withoutInstructionsOfParts(raw: Buffer): { bytes: Buffer; parts: { at: number; index: number }[] } {
  const parts: { at: number; index: number }[] = [];
  const bytes = Buffer.from(raw);
  let at = 10;
  for (let more = true; more; ) {
    const flags = bytes.readUInt16BE(at);
    bytes.writeUInt16BE(flags & ~INSTRUCTIONS, at);
    parts.push({ at: at + 2, index: bytes.readUInt16BE(at + 2) });
    const transform = flags & SCALE ? 2 : flags & TWO_SCALES ? 4 : flags & MATRIX ? 8 : 0;
    at += 4 + (flags & WORDS ? 4 : 2) + transform;
    more = (flags & MORE) !== 0;
  }
  return { bytes: bytes.subarray(0, at), parts };
}

/** Of whole words (OpenType, table checksums). */
export function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) | 0;
  return sum >>> 0;
}
