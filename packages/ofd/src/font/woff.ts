import { inflateSync } from 'node:zlib';
import { OfdError } from '../error.ts';

const SIGNATURE = 0x774f4646;
const MAX_FONT = 64 << 20;

/** The font in a WOFF 1.0 file, as a plain sfnt file. Throws an OfdError that names the file. */
export function fromWoff(woff: Buffer, name: string): Buffer {
  if (woff.length < 44 || woff.readUInt32BE(0) !== SIGNATURE || woff.readUInt32BE(16) > MAX_FONT)
    throw new OfdError(name, '不是 WOFF 字体', 'not a WOFF font');
  const count = woff.readUInt16BE(12);
  const font = Buffer.alloc(woff.readUInt32BE(16));
  woff.copy(font, 0, 4, 8);
  font.writeUInt16BE(count, 4);
  const log = 31 - Math.clz32(count);
  font.writeUInt16BE(16 << log, 6);
  font.writeUInt16BE(log, 8);
  font.writeUInt16BE(16 * count - (16 << log), 10);
  let at = 12 + 16 * count;
  for (let index = 0; index < count; index++) {
    const entry = 44 + 20 * index;
    const [from, packed, length] = [4, 8, 12].map((place) => woff.readUInt32BE(entry + place)) as [
      number,
      number,
      number,
    ];
    const body = woff.subarray(from, from + packed);
    const table = packed < length ? inflateSync(body, { maxOutputLength: length }) : body;
    if (table.length !== length) throw new OfdError(name, 'WOFF 字体损坏', 'a broken WOFF font');
    woff.copy(font, 12 + 16 * index, entry, entry + 4);
    font.writeUInt32BE(woff.readUInt32BE(entry + 16), 16 + 16 * index);
    font.writeUInt32BE(at, 20 + 16 * index);
    font.writeUInt32BE(length, 24 + 16 * index);
    font.set(table, at);
    at += (length + 3) & ~3;
  }
  return font;
}
