import { OfdError } from '../error.ts';
import type { Family } from './family.ts';
import type { Glyph } from './glyph.ts';

/** Weights that a template may name. */
export const WEIGHTS = ['regular', 'bold'] as const;
export type Weight = (typeof WEIGHTS)[number];

/** For each weight the families in order of preference. */
export type FontStack = Readonly<Record<Weight, readonly Family[]>>;

export interface Found {
  readonly family: Family;
  readonly glyph: Glyph;
}

/** Finds glyphs, remembering which family answered. A character that none has is an error naming it and the field. */
export type FindGlyph = (code: number, weight: Weight, field: string) => Found;

export function createFindGlyph(stack: FontStack): FindGlyph {
  const kept: Record<Weight, Map<number, Found>> = { regular: new Map(), bold: new Map() };
  return (code, weight, field) => {
    const known = kept[weight].get(code);
    if (known) return known;
    for (const family of stack[weight]) {
      const glyph = family.glyphOf(code);
      if (!glyph) continue;
      kept[weight].set(code, { family, glyph });
      return { family, glyph };
    }
    const shown = `“${String.fromCodePoint(code)}” (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
    throw new OfdError(field, `没有字体能显示字符${shown}`, `no font has the character ${shown}`);
  };
}

/**
 * Refuses what is not a character to be shown: unpaired surrogates, controls, formats, private use and unassigned
 * code points (as this runtime's Unicode says). Text is never normalised.
 */
export function checkText(text: string, field: string): void {
  const found = /[\p{Cs}\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.exec(text.replaceAll('\n', ''));
  if (!found) return;
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  throw new OfdError(field, `含不可显示的字符 U+${code}`, `U+${code} is not a character that can be shown`);
}
