/** Code points and glyphs of the Unicode subtables, formats 4 and 12; where both stand, 12 prevails. */
export function readCmap(cmap: Buffer): Map<number, number> {
  const codes = new Map<number, number>();
  const offsets = new Set<number>();
  for (let index = 0; index < cmap.readUInt16BE(2); index++) {
    const at = 4 + 8 * index;
    const [platform, encoding] = [cmap.readUInt16BE(at), cmap.readUInt16BE(at + 2)];
    if (platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10)))
      offsets.add(cmap.readUInt32BE(at + 4));
  }
  const format = (offset: number) => cmap.readUInt16BE(offset);
  for (const offset of [...offsets].sort((a, b) => format(a) - format(b)))
    if (format(offset) === 4) readSegments(cmap.subarray(offset), codes);
    else if (format(offset) === 12) readGroups(cmap.subarray(offset), codes);
  return codes;
}

function readSegments(table: Buffer, codes: Map<number, number>): void {
  const count = table.readUInt16BE(6) / 2;
  for (let segment = 0; segment < count; segment++) {
    const end = table.readUInt16BE(14 + 2 * segment);
    const start = table.readUInt16BE(16 + 2 * (count + segment));
    const delta = table.readUInt16BE(16 + 2 * (2 * count + segment));
    const place = 16 + 2 * (3 * count + segment);
    const range = table.readUInt16BE(place);
    for (let code = start; code <= end && code < 0xffff; code++) {
      const found = range === 0 ? code : table.readUInt16BE(place + range + 2 * (code - start));
      const glyph = found === 0 ? 0 : (found + delta) & 0xffff;
      if (glyph !== 0) codes.set(code, glyph);
    }
  }
}

function readGroups(table: Buffer, codes: Map<number, number>): void {
  for (let group = 0; group < table.readUInt32BE(12); group++) {
    const at = 16 + 12 * group;
    const [start, end, first] = [
      table.readUInt32BE(at),
      table.readUInt32BE(at + 4),
      table.readUInt32BE(at + 8),
    ];
    if (end > 0x10ffff) throw new RangeError('a code beyond Unicode');
    for (let code = start; code <= end; code++)
      if (first + code - start !== 0) codes.set(code, first + code - start);
  }
}
