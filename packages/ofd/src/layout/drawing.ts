import type { Family } from '../font/index.ts';

/** Millimetres from the upper left corner of the page. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `#rrggbb`. */
export type Colour = string;

/** Absolute, in millimetres: M and L take a point, Q two, C three, Z nothing. */
export type PathStep = readonly [command: 'M' | 'L' | 'Q' | 'C' | 'Z', ...numbers: number[]];

export interface PathDrawing {
  readonly kind: 'path';
  readonly steps: readonly PathStep[];
  /** Where the steps count units of so many millimetres from this box's corner, and keep within it. */
  readonly grid?: Box & { readonly unit: number };
  readonly stroke?: Colour;
  readonly fill?: Colour;
  /** Millimetres. */
  readonly lineWidth: number;
}

/** Characters of one line in one font. */
export interface TextDrawing {
  readonly kind: 'text';
  readonly text: string;
  readonly codes: readonly number[];
  readonly family: Family;
  /** Millimetres per em. */
  readonly size: number;
  readonly colour: Colour;
  /** Where the first glyph begins, and its base line. */
  readonly x: number;
  readonly baseline: number;
  /** From each glyph's beginning to the next one's; of the last one its advance. */
  readonly advances: readonly number[];
  /** Key of the item that is shown; none for a label. */
  readonly key?: string;
}

export interface ImageDrawing {
  readonly kind: 'image';
  /** Name among the pictures of the document. */
  readonly name: string;
  readonly box: Box;
}

export type Drawing = PathDrawing | TextDrawing | ImageDrawing;

/** What stands on a page, in order of drawing. */
export interface PageDrawing {
  readonly width: number;
  readonly height: number;
  /** The same for every document of the template: frame and labels. */
  readonly fixed: readonly Drawing[];
  readonly variable: readonly Drawing[];
}
