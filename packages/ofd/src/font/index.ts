export { type Family, type FamilySource, openFamily } from './family.ts';
export type { Glyph } from './glyph.ts';
export { type FontFile, openFont } from './sfnt.ts';
export {
  checkText,
  createFindGlyph,
  type FindGlyph,
  type FontStack,
  type Found,
  WEIGHTS,
  type Weight,
} from './stack.ts';
export { subsetOf } from './subset.ts';
export { fromWoff } from './woff.ts';
