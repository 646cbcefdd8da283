import { imageSize } from '../image/size.ts';
import type { Drawing, PageDrawing, PathDrawing, TextDrawing } from '../layout/index.ts';
import { collectCodes, subsetsOf } from '../write/subsets.ts';
import { element, type Markup, text } from '../xml/index.ts';

/**
 * The same drawing as an SVG that needs nothing from outside: fonts and pictures stand in it. Units are millimetres.
 * `pictures` are those of the press, with the photo under its name.
 */
export function svgOf(
  { width, height, fixed, variable }: PageDrawing,
  pictures: ReadonlyMap<string, Uint8Array>,
): string {
  const drawings = [...fixed, ...variable];
  const used = collectCodes(drawings);
  const families = [...used.keys()];
  const faces = subsetsOf(used).map(
    ({ font }, index) =>
      `@font-face{font-family:f${index};src:url(data:font/ttf;base64,${font.toString('base64')})}`,
  );
  const nameOf = (drawing: TextDrawing) => `f${families.indexOf(drawing.family)}`;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width: `${width}mm`,
    height: `${height}mm`,
    viewBox: `0 0 ${width} ${height}`,
  };
  return element(
    'svg',
    attributes,
    element('style', {}, text(faces.join(''))),
    element('rect', { width, height, fill: '#ffffff' }),
    ...drawings.map((drawing) => shape(drawing, nameOf, pictures)),
  );
}

function shape(
  drawing: Drawing,
  nameOf: (drawing: TextDrawing) => string,
  pictures: ReadonlyMap<string, Uint8Array>,
): Markup {
  switch (drawing.kind) {
    case 'path':
      return pathOf(drawing);
    case 'text':
      return textOf(drawing, nameOf(drawing));
    case 'image': {
      const bytes = pictures.get(drawing.name);
      if (!bytes) throw new RangeError(`no picture ${drawing.name}`);
      const type = imageSize(bytes, drawing.name).format.toLowerCase();
      const href = `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`;
      return element('image', { ...drawing.box, href, preserveAspectRatio: 'none' });
    }
  }
}

function pathOf({ steps, stroke, fill, lineWidth, grid }: PathDrawing): Markup {
  return element('path', {
    d: steps.map((step) => step.join(' ')).join(' '),
    fill: fill ?? 'none',
    stroke,
    'stroke-width': stroke && lineWidth,
    transform: grid && `translate(${grid.x} ${grid.y}) scale(${grid.unit})`,
  });
}

/** One place per character, so that the browser shapes nothing of its own. */
function textOf({ text: value, x, baseline, size, colour, advances }: TextDrawing, font: string): Markup {
  let at = x;
  const places = advances.map((advance) => {
    const place = at;
    at += advance;
    return Math.round(place * 1_000) / 1_000;
  });
  return element(
    'text',
    {
      x: places.join(' '),
      y: baseline,
      'font-family': font,
      'font-size': size,
      fill: colour,
      'xml:space': 'preserve',
    },
    text(value),
  );
}
