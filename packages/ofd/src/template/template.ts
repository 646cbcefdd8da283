import type { Weight } from '../font/index.ts';
import type { Box, Colour, PathDrawing } from '../layout/drawing.ts';

/** How a text stands in its box. Lengths in millimetres. */
export interface TextStyle {
  readonly box: Box;
  readonly weight: Weight;
  readonly size: number;
  /** The text shrinks down to this; smaller is an error. */
  readonly minSize: number;
  readonly colour: Colour;
  readonly align: 'left' | 'center' | 'right' | 'justify';
  readonly vertical: 'top' | 'middle' | 'bottom';
  /** Times the size. */
  readonly lineHeight: number;
  /** Between characters, times the size. */
  readonly spacing: number;
  readonly wrap: boolean;
}

export interface LabelItem extends TextStyle {
  readonly text: string;
}

export const FORMATS = ['text', 'date', 'minute'] as const;

/** One value of the face or the metadata; `index` picks one of several holders, else all are joined. */
export interface DataItem extends TextStyle {
  readonly key: string;
  readonly index?: number;
  readonly format: (typeof FORMATS)[number];
  readonly before: string;
  readonly after: string;
  readonly join: string;
  /** Shown when there is no value; then without `before` and `after`. */
  readonly absent: string;
}

export interface SealPlace {
  readonly name: string;
  /** Index of the page. */
  readonly page: number;
  readonly box: Box;
}

export interface Picture {
  readonly name: string;
  readonly box: Box;
}

/** One page that shows one form of a licence type. */
export interface Template {
  readonly name: string;
  readonly title: string;
  readonly page: { readonly width: number; readonly height: number };
  readonly pictures: readonly Picture[];
  readonly frame: readonly PathDrawing[];
  readonly labels: readonly LabelItem[];
  readonly items: readonly DataItem[];
  readonly photo?: Box;
  readonly code?: Box;
  readonly seals: readonly SealPlace[];
  /** Items of the face that this form leaves out on purpose. */
  readonly omitted: readonly string[];
}

/** What a template may show of its licence type. */
export interface Face {
  readonly items: readonly { readonly key: string; readonly shown: boolean }[];
  readonly sealNames: readonly string[];
}

/** Metadata of GB/T 36903 that can stand on a page; the seals' own are added with the seals. */
export const METADATA_KEYS = [
  'ZZMC',
  'ZZLXDM',
  'ZZBH',
  'ZZBS',
  'ZZBFJG',
  'ZZBFJGDM',
  'ZZBFRQ',
  'CZZT',
  'CZZTDM',
  'CZZTDMLX',
  'CZZTDMLXDM',
  'ZZYXQQSRQ',
  'ZZYXQJZRQ',
  'JZJZZSJ',
  'JZJZZZ',
  'JZJZZSY',
  'JZJYXQJZSJ',
] as const;
