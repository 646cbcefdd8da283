export type {
  Box,
  Colour,
  Drawing,
  ImageDrawing,
  PageDrawing,
  PathDrawing,
  PathStep,
  TextDrawing,
} from './drawing.ts';
export { type Content, layoutFixed, layoutVariable, PHOTO } from './page.ts';
export { shownText, type Values } from './values.ts';
