import type { Box, PathDrawing } from '../layout/drawing.ts';
import { qrMatrix } from './matrix.ts';
import { outlineOf } from './outline.ts';

/** Light modules about the code (§6.3.8). */
const QUIET = 4;

/** The code as large as it goes into the middle of the box, with its quiet zone inside. */
export function qrDrawing(text: string, { x, y, width, height }: Box): PathDrawing {
  const matrix = qrMatrix(text);
  const unit = Math.min(width, height) / (matrix.size + 2 * QUIET);
  const side = unit * matrix.size;
  return {
    kind: 'path',
    steps: outlineOf(matrix),
    grid: { x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side, unit },
    fill: '#000000',
    lineWidth: 0.1,
  };
}
