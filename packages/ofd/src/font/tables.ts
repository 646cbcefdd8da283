import type { Family } from './family.ts';

/** Format 4 for the first plane, and format 12 for all where a code point lies beyond it. Codes ascend. */
export function cmapTable(codes: readonly number[], glyphs: readonly number[]): Buffer {
  const beyond = codes.length > 0 && codes.at(-1)! > 0xffff;
  const subtables = beyond ? [segments(codes, glyphs), groups(codes, glyphs)] : [segments(codes, glyphs)];
  const header = Buffer.alloc(4 + 8 * subtables.length);
  header.writeUInt16BE(subtables.length, 2);
  let at = header.length;
  for (const [index, table] of subtables.entries()) {
    header.writeUInt16BE(3, 4 + 8 * index);
    header.writeUInt16BE(index === 0 ? 1 : 10, 6 + 8 * index);
    header.writeUInt32BE(at, 8 + 8 * index);
    at += table.length;
  }
  return Buffer.concat([header, ...subtables]);
}

/** Runs of neighbours in code and glyph, as [first, last, glyph of the first]. */
function runsOf(
  codes: readonly number[],
  glyphs: readonly number[],
  limit: number,
): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (const [index, code] of codes.entries()) {
    if (code >= limit) break;
    const last = runs.at(-1);
    if (last && last[1] + 1 === code && last[2] + code - last[0] === glyphs[index]) last[1] = code;
    else runs.push([code, code, glyphs[index]!]);
  }
  return runs;
}

function segments(codes: readonly number[], glyphs: readonly number[]): Buffer {
  const runs: [number, number, number][] = [...runsOf(codes, glyphs, 0xffff), [0xffff, 0xffff, 0]];
  const count = runs.length;
  const table = Buffer.alloc(16 + 8 * count);
  const log = 31 - Math.clz32(count);
  table.writeUInt16BE(4, 0);
  table.writeUInt16BE(table.length, 2);
  table.writeUInt16BE(2 * count, 6);
  table.writeUInt16BE(2 << log, 8);
  table.writeUInt16BE(log, 10);
  table.writeUInt16BE(2 * count - (2 << log), 12);
  for (const [index, [first, last, glyph]] of runs.entries()) {
    table.writeUInt16BE(last, 14 + 2 * index);
    table.writeUInt16BE(first, 16 + 2 * (count + index));
    table.writeUInt16BE((glyph - first) & 0xffff, 16 + 2 * (2 * count + index));
  }
  return table;
}

function groups(codes: readonly number[], glyphs: readonly number[]): Buffer {
  const runs = runsOf(codes, glyphs, 0x110000);
  const table = Buffer.alloc(16 + 12 * runs.length);
  table.writeUInt16BE(12, 0);
  table.writeUInt32BE(table.length, 4);
  table.writeUInt32BE(runs.length, 12);
  for (const [index, run] of runs.entries())
    for (const [place, value] of run.entries()) table.writeUInt32BE(value, 16 + 12 * index + 4 * place);
  return table;
}

/** Family, style, unique and full name and PostScript name, for Windows. */
export function nameTable(family: string): Buffer {
  const names: [id: number, text: string][] = [
    [1, family],
    [2, 'Regular'],
    [3, family],
    [4, family],
    [6, family.replace(/[^A-Za-z0-9-]/g, '')],
  ];
  const header = Buffer.alloc(6 + 12 * names.length);
  header.writeUInt16BE(names.length, 2);
  header.writeUInt16BE(header.length, 4);
  let at = 0;
  const texts = names.map(([, text]) => Buffer.from(text, 'utf16le').swap16());
  for (const [index, [id]] of names.entries()) {
    const { length } = texts[index]!;
    for (const [place, value] of [3, 1, 0x409, id, length, at].entries())
      header.writeUInt16BE(value, 6 + 12 * index + 2 * place);
    at += length;
  }
  return Buffer.concat([header, ...texts]);
}

/** Version 3: no glyph names. */
export function postTable(): Buffer {
  const post = Buffer.alloc(32);
  post.writeUInt32BE(0x00030000, 0);
  post.writeInt16BE(-100, 8);
  post.writeInt16BE(50, 10);
  return post;
}

/** Of the first file with the range of codes set; embedding allowed, as the licences of open fonts say. */
export function os2Table({ files, unitsPerEm }: Family, codes: readonly number[]): Buffer {
  const own = files[0]!.tables.get('OS/2');
  const os2 = Buffer.alloc(96);
  if (own) os2.set(own.subarray(0, Math.min(own.length, 96)));
  else {
    os2.writeInt16BE(unitsPerEm, 2);
    os2.writeUInt16BE(400, 4);
    os2.writeUInt16BE(5, 6);
  }
  os2.writeUInt16BE(4, 0);
  os2.writeUInt16BE(0, 8);
  os2.writeUInt16BE(Math.min(codes[0] ?? 0, 0xffff), 64);
  os2.writeUInt16BE(Math.min(codes.at(-1) ?? 0, 0xffff), 66);
  return os2;
}
