import type { FindGlyph, Found } from '../font/index.ts';
import type { TextStyle } from '../template/template.ts';

/** A character with its glyph; its width in ems. */
export interface Placed extends Found {
  readonly code: number;
  readonly width: number;
}

/** Must not begin a line. */
const NOT_FIRST = new Set(
  [...'，。、；：！？）》〉」』】〕］｝”’…—·・•,.;:!?)]}%％℃°'].map((c) => c.codePointAt(0)!),
);
/** Must not end a line. */
const NOT_LAST = new Set([...'（《〈「『【〔［｛“‘([{'].map((c) => c.codePointAt(0)!));

/** Paragraphs of a text as placed characters; throws the OfdError of a missing character. */
export function placeText(text: string, { weight }: TextStyle, find: FindGlyph, field: string): Placed[][] {
  return text.split('\n').map((paragraph) =>
    Array.from(paragraph, (character) => {
      const code = character.codePointAt(0)!;
      const found = find(code, weight, field);
      return {
        code,
        family: found.family,
        glyph: found.glyph,
        width: found.glyph.advance / found.family.unitsPerEm,
      };
    }),
  );
}

/**
 * Breaks a paragraph into lines of at most `limit` ems: between ideographs, at spaces, not within words of Latin
 * letters and digits unless one is longer than a line, not before closing or behind opening punctuation.
 */
export function breakLines(paragraph: readonly Placed[], limit: number, spacing: number): Placed[][] {
  const lines: Placed[][] = [];
  let from = 0;
  let width = 0;
  for (let at = 0; at < paragraph.length; at++) {
    const next = paragraph[at]!.width + (at > from ? spacing : 0);
    if (width + next <= limit + 1e-9 || at === from) {
      width += next;
      continue;
    }
    const cut = breakBefore(paragraph, from, at);
    lines.push(trimEnd(paragraph.slice(from, cut)));
    from = cut;
    while (from < at && paragraph[from]!.code === 0x20) from++;
    width = widthOf(paragraph.slice(from, at + 1), spacing);
  }
  lines.push(paragraph.slice(from));
  return lines;
}

/** The last place up to `at` where a line may end, or `at` itself where there is none. */
function breakBefore(paragraph: readonly Placed[], from: number, at: number): number {
  for (let cut = at; cut > from; cut--)
    if (mayBreak(paragraph[cut - 1]!.code, paragraph[cut]!.code)) return cut;
  return at;
}

function mayBreak(before: number, after: number): boolean {
  if (NOT_FIRST.has(after) || NOT_LAST.has(before)) return false;
  return !(isWord(before) && isWord(after));
}

function isWord(code: number): boolean {
  return code > 0x20 && code < 0x250;
}

function trimEnd(line: Placed[]): Placed[] {
  let end = line.length;
  while (end > 0 && line[end - 1]!.code === 0x20) end--;
  return end === line.length ? line : line.slice(0, end);
}

export function widthOf(line: readonly Placed[], spacing: number): number {
  let width = Math.max(line.length - 1, 0) * spacing;
  for (const one of line) width += one.width;
  return width;
}
