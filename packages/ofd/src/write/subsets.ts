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

/**
 * One font for each family. Glyphs stand in order of their code points, behind the empty one. A `known` subset, made of
 * characters that every document uses, serves where nothing was added to them.
 */
export function subsetsOf(used: Used, known: ReadonlyMap<Family, Subset> = new Map()): Subset[] {
  return [...used].map(([family, codes]) => {
    const kept = known.get(family);
    if (kept && kept.glyphs.size === codes.size) return kept;
    const sorted = [...codes].sort((a, b) => a - b);
    return {
      font: subsetOf(family, sorted),
      glyphs: new Map(sorted.map((code, index) => [code, index + 1])),
    };
  });
}
