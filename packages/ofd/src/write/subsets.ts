import { type Family, subsetOf } from '../font/index.ts';
import type { Drawing } from '../layout/drawing.ts';

/** Code points by family, in order of their first use. */
export type Used = Map<Family, Set<number>>;

export function collectCodes(drawings: readonly Drawing[], used: Used = new Map()): Used {
  for (const drawing of drawings) {
    if (drawing.kind !== 'text') continue;
    const codes = used.get(drawing.family) ?? new Set();
    used.set(drawing.family, codes);
    for (const code of drawing.codes) codes.add(code);
  }
  return used;
}

export function copyOf(used: Used): Used {
  return new Map([...used].map(([family, codes]) => [family, new Set(codes)]));
}

export interface Subset {
  readonly font: Buffer;
  /** Code point → glyph in the subset. */
  readonly glyphs: ReadonlyMap<number, number>;
}

/** One font for each family. Glyphs stand in order of their code points, behind the empty one. */
export function subsetsOf(used: Used): Subset[] {
  return [...used].map(([family, codes]) => {
    const sorted = [...codes].sort((a, b) => a - b);
    return {
      font: subsetOf(family, sorted),
      glyphs: new Map(sorted.map((code, index) => [code, index + 1])),
    };
  });
}
