import type { Drawing, ImageDrawing, PathDrawing, PathStep, TextDrawing } from '../layout/drawing.ts';
import { decimal, type Markup, text } from '../xml/index.ts';

/** Identifiers that drawings refer to. */
export interface References {
  font(drawing: TextDrawing): number;
  /** In the embedded font. */
  glyph(drawing: TextDrawing, code: number): number;
  picture(name: string): number;
}

/** A page object (GB/T 33190 §8.5). `id` is unique in the document. */
export function pageObject(drawing: Drawing, id: number, page: string, references: References): Markup {
  switch (drawing.kind) {
    case 'text':
      return textObject(drawing, id, references);
    case 'path':
      return pathObject(drawing, id, page);
    case 'image':
      return imageObject(drawing, id, references.picture(drawing.name));
  }
}

/** Ems above and below the base line that the boundary takes in. */
const ABOVE = 0.88;
const BELOW = 0.3;

/** §11.2, §11.3: the boundary is the line's, positions are from its corner. */
function textObject(drawing: TextDrawing, id: number, references: References): Markup {
  const { x, baseline, size, advances, colour } = drawing;
  let width = 0;
  for (const advance of advances) width += advance;
  const boundary = `${short(x)} ${short(baseline - ABOVE * size)} ${short(width)} ${short((ABOVE + BELOW) * size)}`;
  const delta = advances.length > 1 ? ` DeltaX="${deltas(advances)}"` : '';
  return `<ofd:TextObject ID="${id}" Boundary="${boundary}" Font="${references.font(drawing)}" Size="${short(size)}">${fillOf(colour)}${glyphsOf(drawing, references)}<ofd:TextCode X="0" Y="${short(ABOVE * size)}"${delta}>${text(drawing.text)}</ofd:TextCode></ofd:TextObject>` as Markup;
}

/**
 * Viewers that count in UTF-16 miss characters beyond the first plane in the font's own table: their glyphs are named
 * (§11.4). The layout gives such a character a text object of its own.
 */
function glyphsOf(drawing: TextDrawing, references: References): string {
  const { codes } = drawing;
  if (!codes.some((code) => code > 0xffff)) return '';
  const glyphs = codes.map((code) => references.glyph(drawing, code)).join(' ');
  return `<ofd:CGTransform CodePosition="0" CodeCount="${codes.length}" GlyphCount="${codes.length}"><ofd:Glyphs>${glyphs}</ofd:Glyphs></ofd:CGTransform>`;
}

function fillOf(colour: string): string {
  return colour === '#000000' ? '' : `<ofd:FillColor Value="${rgb(colour)}"/>`;
}

/** Runs of equal distances as `g count distance`. */
function deltas(advances: readonly number[]): string {
  let result = '';
  const last = advances.length - 1;
  for (let at = 0; at < last; ) {
    let end = at + 1;
    while (end < last && Math.abs(advances[end]! - advances[at]!) < 1e-6) end++;
    const distance = short(advances[at]!);
    result += end - at > 1 ? ` g ${end - at} ${distance}` : ` ${distance}`;
    at = end;
  }
  return result.slice(1);
}

function pathObject({ steps, stroke, fill, lineWidth, grid }: PathDrawing, id: number, page: string): Markup {
  const boundary = grid
    ? `${short(grid.x)} ${short(grid.y)} ${short(grid.width)} ${short(grid.height)}`
    : page;
  const matrix = grid && grid.unit !== 1 ? ` CTM="${decimal(grid.unit)} 0 0 ${decimal(grid.unit)} 0 0"` : '';
  return `<ofd:PathObject ID="${id}" Boundary="${boundary}"${matrix} LineWidth="${short(lineWidth)}" Stroke="${stroke !== undefined}" Fill="${fill !== undefined}">${
    stroke === undefined ? '' : `<ofd:StrokeColor Value="${rgb(stroke)}"/>`
  }${fill === undefined ? '' : `<ofd:FillColor Value="${rgb(fill)}"/>`}<ofd:AbbreviatedData>${abbreviated(steps)}</ofd:AbbreviatedData></ofd:PathObject>` as Markup;
}

/** OFD says B for a cubic curve and C for closing (§9.2 table 35). */
const LETTERS = { M: 'M', L: 'L', Q: 'Q', C: 'B', Z: 'C' } as const;

function abbreviated(steps: readonly PathStep[]): string {
  let result = '';
  for (const step of steps) {
    result += result === '' ? LETTERS[step[0]] : ` ${LETTERS[step[0]]}`;
    for (let at = 1; at < step.length; at++) result += ` ${short(step[at] as number)}`;
  }
  return result;
}

function imageObject({ box }: ImageDrawing, id: number, resource: number): Markup {
  const [width, height] = [short(box.width), short(box.height)];
  return `<ofd:ImageObject ID="${id}" Boundary="${short(box.x)} ${short(box.y)} ${width} ${height}" CTM="${width} 0 0 ${height} 0 0" ResourceID="${resource}"/>` as Markup;
}

function rgb(colour: string): string {
  return `${parseInt(colour.slice(1, 3), 16)} ${parseInt(colour.slice(3, 5), 16)} ${parseInt(colour.slice(5, 7), 16)}`;
}

/** Thousandths of a millimetre are finer than any printer. */
function short(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}
