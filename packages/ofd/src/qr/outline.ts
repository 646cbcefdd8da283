import type { PathStep } from '../layout/drawing.ts';
import type { Matrix } from './matrix.ts';

const MOVES = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

/** The edges between dark and light as closed paths, in modules: filled, they are the code without seams. */
export function outlineOf({ size, dark }: Matrix): PathStep[] {
  const side = size + 1;
  const edges = edgesOf(size, dark);
  const steps: PathStep[] = [];
  for (let start = 0; start < edges.length; start++)
    while (edges[start]) {
      let [at, direction, last] = [start, 0, -1];
      do {
        direction = leaving(edges[at]!, direction);
        edges[at]! &= ~(1 << direction);
        if (direction !== last) steps.push([last < 0 ? 'M' : 'L', at % side, Math.floor(at / side)]);
        last = direction;
        const [down, right] = MOVES[direction]!;
        at += down * side + right;
      } while (at !== start);
      steps.push(['Z']);
    }
  return steps;
}

/** A bit for each direction in which an edge leaves a corner, dark on its right. */
function edgesOf(size: number, dark: Uint8Array): Uint8Array {
  const side = size + 1;
  const edges = new Uint8Array(side * side);
  const isDark = (row: number, column: number) =>
    row >= 0 && row < size && column >= 0 && column < size && dark[row * size + column] === 1;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      if (!dark[row * size + column]) continue;
      const corner = row * side + column;
      if (!isDark(row - 1, column)) edges[corner]! |= 1;
      if (!isDark(row, column + 1)) edges[corner + 1]! |= 2;
      if (!isDark(row + 1, column)) edges[corner + side + 1]! |= 4;
      if (!isDark(row, column - 1)) edges[corner + side]! |= 8;
    }
  return edges;
}

/** Right turns first, so that corners that only touch stay apart. */
function leaving(edges: number, direction: number): number {
  for (const turn of [1, 0, 3]) if (edges & (1 << ((direction + turn) & 3))) return (direction + turn) & 3;
  return (direction + 2) & 3;
}
