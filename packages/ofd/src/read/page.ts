import { OfdError } from '../error.ts';
import type { Box } from '../layout/index.ts';
import { childOf, type Element, elementsOf, textOf } from '../xml/index.ts';
import { numbersOf, requiredAttribute, type Source } from './locations.ts';

export interface ReadText {
  readonly id: string;
  /** Of all its TextCodes. */
  readonly text: string;
  readonly font: string;
  readonly size: number;
  readonly box: Box;
  readonly visible: boolean;
}

export interface ReadImage {
  readonly id: string;
  /** Identifier of the resource. */
  readonly resource: string;
  readonly box: Box;
}

export interface PageContent {
  readonly location: string;
  readonly texts: readonly ReadText[];
  readonly images: readonly ReadImage[];
  /** Path objects. */
  readonly paths: number;
  /** Identifiers of the template pages below it. */
  readonly templates: readonly string[];
  /** Its own PhysicalBox; else the document's holds. */
  readonly size?: Box;
}

/** Objects of a page or a template page, those of nested blocks too, in order of drawing. */
export function readPage(source: Source, location: string): PageContent {
  const root = source.read(location, 'Page');
  const found = { texts: [] as ReadText[], images: [] as ReadImage[], paths: 0 };
  for (const layer of elementsOf(childOf(root, 'Content') ?? root, 'Layer')) collect(layer, location, found);
  const box = childOf(childOf(root, 'Area'), 'PhysicalBox');
  return {
    location,
    ...found,
    templates: elementsOf(root, 'Template').map((one) => requiredAttribute(one, 'TemplateID', location)),
    size: box && boxOf(textOf(box), location, 'PhysicalBox'),
  };
}

type Found = { texts: ReadText[]; images: ReadImage[]; paths: number };

/** The depth of nesting is bounded by the XML reader. */
function collect(block: Element, file: string, found: Found): void {
  for (const object of elementsOf(block))
    switch (object.name) {
      case 'TextObject':
        found.texts.push(textObject(object, file));
        break;
      case 'ImageObject':
        found.images.push({
          ...idAndBox(object, file),
          resource: requiredAttribute(object, 'ResourceID', file),
        });
        break;
      case 'PathObject':
        found.paths++;
        break;
      case 'PageBlock':
        collect(object, file, found);
        break;
    }
}

function textObject(object: Element, file: string): ReadText {
  return {
    ...idAndBox(object, file),
    text: elementsOf(object, 'TextCode').map(textOf).join(''),
    font: requiredAttribute(object, 'Font', file),
    size: numbersOf(requiredAttribute(object, 'Size', file), 1, file, 'Size')[0]!,
    visible: object.attributes.get('Visible') !== 'false',
  };
}

function idAndBox(object: Element, file: string): { id: string; box: Box } {
  const id = requiredAttribute(object, 'ID', file);
  return {
    id,
    box: boxOf(requiredAttribute(object, 'Boundary', file), file, `${object.name} ${id} Boundary`),
  };
}

export function boxOf(value: string, file: string, what: string): Box {
  const [x, y, width, height] = numbersOf(value, 4, file, what) as [number, number, number, number];
  if (width < 0 || height < 0) throw new OfdError(file, `${what} 为负`, `${what} is negative`);
  return { x, y, width, height };
}
