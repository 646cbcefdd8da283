import type { Box, PathDrawing, PathStep } from '../layout/drawing.ts';
import type { Fields } from './fields.ts';
import { braid, rosette } from './ornament.ts';
import { readColour } from './style.ts';

type ReadBox = (from: Fields) => Box;

const KINDS = ['rect', 'line', 'path', 'braid', 'rosette'] as const;

/** A shape of the frame: what is drawn by a rule, such as a braided border, becomes paths here. */
export function readShape(from: Fields, box: ReadBox): PathDrawing[] {
  const kind = from.choice('shape', KINDS);
  const paint = {
    kind: 'path' as const,
    stroke: readColour(from, 'stroke'),
    fill: readColour(from, 'fill'),
    lineWidth: from.number('lineWidth', 0.01, 50, 0.2),
  };
  if (paint.stroke === undefined && paint.fill === undefined)
    throw from.fault('stroke', '须有 stroke 或 fill', 'stroke or fill is needed');
  return shapesOf(kind, from, box).map((shape) => ({ ...paint, ...shape }));
}

function shapesOf(
  kind: (typeof KINDS)[number],
  from: Fields,
  box: ReadBox,
): Pick<PathDrawing, 'steps' | 'grid'>[] {
  switch (kind) {
    case 'rect':
      return [{ steps: rectangle(box(from), from.number('radius', 0, 100, 0)) }];
    case 'line': {
      const [x1, y1, x2, y2] = from.numbers('points', 4) as [number, number, number, number];
      return [
        {
          steps: [
            ['M', x1, y1],
            ['L', x2, y2],
          ],
        },
      ];
    }
    case 'path':
      return [{ steps: readPath(from, 'd') }];
    case 'braid':
      return braid(
        box(from),
        from.number('width', 1, 50),
        from.number('strands', 1, 12, 4),
        from.number('period', 1, 100, 6),
      );
    case 'rosette':
      return rosette(box(from), from.number('petals', 3, 48, 12), from.number('strands', 1, 24, 6));
  }
}

/** How far a control point lies from the corner of a quarter circle. */
const QUARTER = 1 - 0.5523;

export function rectangle({ x, y, width, height }: Box, radius = 0): PathStep[] {
  const [right, bottom, r, c] = [x + width, y + height, radius, radius * QUARTER];
  if (radius === 0) return [['M', x, y], ['L', right, y], ['L', right, bottom], ['L', x, bottom], ['Z']];
  return [
    ['M', x + r, y],
    ['L', right - r, y],
    ['C', right - c, y, right, y + c, right, y + r],
    ['L', right, bottom - r],
    ['C', right, bottom - c, right - c, bottom, right - r, bottom],
    ['L', x + r, bottom],
    ['C', x + c, bottom, x, bottom - c, x, bottom - r],
    ['L', x, y + r],
    ['C', x, y + c, x + c, y, x + r, y],
    ['Z'],
  ];
}

const ARITY = { M: 2, L: 2, Q: 4, C: 6, Z: 0 } as const;

/** `M x y L x y Q … C … Z`, absolute, every command written out. */
function readPath(from: Fields, key: string): PathStep[] {
  const tokens = from
    .text(key)
    .trim()
    .split(/[\s,]+/);
  const steps: PathStep[] = [];
  for (let at = 0; at < tokens.length; ) {
    const command = tokens[at++]! as keyof typeof ARITY;
    const numbers = tokens.slice(at, at + (ARITY[command] ?? 0)).map(Number);
    if (ARITY[command] === undefined || numbers.length !== ARITY[command] || !numbers.every(Number.isFinite))
      throw from.fault(key, '路径有误', 'a malformed path');
    steps.push([command, ...numbers]);
    at += numbers.length;
  }
  if (steps[0]![0] !== 'M') throw from.fault(key, '路径须以 M 开始', 'a path begins with M');
  return steps;
}
