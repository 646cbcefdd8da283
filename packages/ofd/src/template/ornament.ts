import type { Box, PathDrawing, PathStep } from '../layout/drawing.ts';

type Shape = Pick<PathDrawing, 'steps' | 'grid'>;

/**
 * A border between the box and a second one `thickness` further in: tiles of one wave, about `period` millimetres
 * long, whose strands weave; in the corners rosettes. Tiles of a side say the same steps, so that they pack to little.
 */
export function braid(
  { x, y, width, height }: Box,
  thickness: number,
  strands: number,
  period: number,
): Shape[] {
  const shapes: Shape[] = [];
  const row = (
    length: number,
    from: (along: number) => readonly [x: number, y: number],
    upright: boolean,
  ) => {
    const count = Math.max(1, Math.round(length / period));
    const tile = length / count;
    const steps = weave(tile, thickness, strands, upright);
    for (let index = 0; index < count; index++) {
      const [left, top] = from(index * tile);
      const [w, h] = upright ? [thickness, tile] : [tile, thickness];
      shapes.push({ steps, grid: { x: left, y: top, width: w, height: h, unit: 1 } });
    }
  };
  const [across, down] = [width - 2 * thickness, height - 2 * thickness];
  row(across, (along) => [x + thickness + along, y], false);
  row(across, (along) => [x + thickness + along, y + height - thickness], false);
  row(down, (along) => [x, y + thickness + along], true);
  row(down, (along) => [x + width - thickness, y + thickness + along], true);
  const corner = rosette({ x: 0, y: 0, width: thickness, height: thickness }, 8, 3).flatMap(
    ({ steps }) => steps,
  );
  for (const left of [x, x + width - thickness])
    for (const top of [y, y + height - thickness])
      shapes.push({ steps: corner, grid: { x: left, y: top, width: thickness, height: thickness, unit: 1 } });
  return shapes;
}

function weave(tile: number, thickness: number, strands: number, upright: boolean): PathStep[] {
  return Array.from({ length: strands }, (_, strand) =>
    curve(4, (t) => {
      const swing = thickness * (0.5 + 0.45 * Math.sin(2 * Math.PI * (t + strand / strands)));
      return upright ? [swing, t * tile] : [t * tile, swing];
    }),
  ).flat();
}

/** A guilloche rose: closed waves about the middle of the box, turned against one another. */
export function rosette({ x, y, width, height }: Box, petals: number, strands: number): Shape[] {
  return Array.from({ length: strands }, (_, strand) => {
    const turn = (2 * Math.PI * strand) / strands;
    const steps = curve(petals * 3, (t) => {
      const angle = 2 * Math.PI * t;
      const radius = 0.34 + 0.155 * Math.sin(petals * angle + turn);
      return [x + width * (0.5 + radius * Math.cos(angle)), y + height * (0.5 + radius * Math.sin(angle))];
    });
    return { steps: [...steps, ['Z']] };
  });
}

const NEAR = 1e-5;

/** Through `count` + 1 points of t = 0 … 1 with their tangents, as cubic Béziers, to a hundredth of a millimetre. */
function curve(count: number, at: (t: number) => [number, number]): PathStep[] {
  const round = (value: number) => Math.round(value * 100) / 100;
  const slope = (t: number, axis: 0 | 1) =>
    (at(t + NEAR)[axis] - at(t - NEAR)[axis]) / (2 * NEAR) / (3 * count);
  const steps: PathStep[] = [['M', ...at(0).map(round)]];
  for (let index = 0; index < count; index++) {
    const [from, to] = [index / count, (index + 1) / count];
    const [p, q] = [at(from), at(to)];
    const control = (axis: 0 | 1) => [p[axis] + slope(from, axis), q[axis] - slope(to, axis)] as const;
    const [[x1, x2], [y1, y2]] = [control(0), control(1)];
    steps.push(['C', ...[x1, y1, x2, y2, q[0], q[1]].map(round)]);
  }
  return steps;
}
