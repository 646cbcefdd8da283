import { OfdError } from '../error.ts';
import type { FindGlyph } from '../font/index.ts';
import type { TextStyle } from '../template/template.ts';
import type { TextDrawing } from './drawing.ts';
import { breakLines, type Placed, placeText, widthOf } from './lines.ts';

/** Ems from the top of a line to its base line: the middle of an ideograph is the middle of the line. */
const ASCENT = 0.88;
const STEP = 0.96;

/**
 * Sets a text into its box, smaller by steps until it fits. Throws an OfdError naming the field where it does not fit
 * at the smallest size, or a character has no font.
 */
export function setText(
  text: string,
  style: TextStyle,
  find: FindGlyph,
  field: string,
  key?: string,
): TextDrawing[] {
  if (text === '') return [];
  const paragraphs = placeText(text, style, find, field);
  for (let size = style.size; ; size = Math.max(size * STEP, style.minSize)) {
    const lines = fit(paragraphs, style, size);
    if (lines) return draw(lines, style, size, key);
    if (size <= style.minSize)
      throw new OfdError(
        field,
        '文字过长，缩至最小字号仍放不下',
        'the text does not fit at its smallest size',
      );
  }
}

interface Line {
  readonly placed: readonly Placed[];
  /** The last of its paragraph, which is not justified. */
  readonly last: boolean;
}

function fit(paragraphs: readonly Placed[][], style: TextStyle, size: number): Line[] | undefined {
  const limit = style.box.width / size;
  const lines: Line[] = [];
  for (const paragraph of paragraphs) {
    const broken = style.wrap ? breakLines(paragraph, limit, style.spacing) : [paragraph];
    for (const [index, placed] of broken.entries()) {
      if (widthOf(placed, style.spacing) > limit + 1e-6) return undefined;
      lines.push({ placed, last: index === broken.length - 1 });
    }
  }
  return heightOf(lines.length, style, size) <= style.box.height + 1e-6 ? lines : undefined;
}

/** Leading stands between lines only. */
function heightOf(lines: number, { lineHeight }: TextStyle, size: number): number {
  return size * (1 + (lines - 1) * lineHeight);
}

function draw(
  lines: readonly Line[],
  style: TextStyle,
  size: number,
  key: string | undefined,
): TextDrawing[] {
  const { box, vertical, lineHeight } = style;
  const room = box.height - heightOf(lines.length, style, size);
  const top = box.y + (vertical === 'top' ? 0 : vertical === 'middle' ? room / 2 : room);
  return lines.flatMap((line, index) =>
    drawLine(line, style, size, top + size * (index * lineHeight + ASCENT), key),
  );
}

function drawLine(
  { placed, last }: Line,
  style: TextStyle,
  size: number,
  baseline: number,
  key?: string,
): TextDrawing[] {
  const { box, align, colour } = style;
  const room = box.width - widthOf(placed, style.spacing) * size;
  const stretch = align === 'justify' && !last && placed.length > 1 ? room / (placed.length - 1) : 0;
  const gap = style.spacing * size + stretch;
  const runs: TextDrawing[] = [];
  let x = box.x + (align === 'center' ? room / 2 : align === 'right' ? room : 0);
  for (let from = 0; from < placed.length; ) {
    const { family } = placed[from]!;
    let to = from + 1;
    const alone = placed[from]!.code > 0xffff;
    while (!alone && to < placed.length && placed[to]!.family === family && placed[to]!.code <= 0xffff) to++;
    const run = placed.slice(from, to);
    const codes = run.map(({ code }) => code);
    const advances = run.map(({ width }) => width * size + gap);
    runs.push({
      kind: 'text',
      text: String.fromCodePoint(...codes),
      codes,
      family,
      size,
      colour,
      x,
      baseline,
      advances,
      key,
    });
    for (const advance of advances) x += advance;
    from = to;
  }
  return runs;
}
