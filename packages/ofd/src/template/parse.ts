import { checkText } from '../font/index.ts';
import type { Box } from '../layout/drawing.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { readShape } from './shapes.ts';
import { readDataItem, readLabel } from './style.ts';
import { type Face, METADATA_KEYS, type SealPlace, type Template } from './template.ts';

const MAX_SIDE = 1_200;

/**
 * A template for this face. Throws an OfdError whose `where` is the path in the JSON: wrong types, unknown fields and
 * keys, boxes beyond the page, an item of the face neither placed nor left out, a required seal without a place.
 */
export function parseTemplate(json: unknown, face: Face): Template {
  const fields = fieldsOf(json, '');
  const size = fields.object('page');
  const page = { width: size.number('width', 10, MAX_SIDE), height: size.number('height', 10, MAX_SIDE) };
  size.end();
  const keys = new Set<string>([...METADATA_KEYS, ...face.items.map(({ key }) => key)]);
  const box = (from: Fields, key = 'box') => readBox(from, key, page);
  const template: Template = {
    name: fields.text('name'),
    title: fields.text('title'),
    page,
    pictures: fields.list('pictures', (from) => ({ name: from.text('name'), box: box(from) })),
    frame: fields.list('frame', (from) => readShape(from, box)).flat(),
    labels: fields.list('labels', (from) => readLabel(from, box)),
    items: fields.list('items', (from) => readDataItem(from, box, keys)),
    photo: fields.has('photo') ? box(fields, 'photo') : undefined,
    code: fields.has('code') ? box(fields, 'code') : undefined,
    seals: fields.list(
      'seals',
      (from): SealPlace => ({ name: from.text('name'), page: from.number('page', 0, 0, 0), box: box(from) }),
    ),
    omitted: fields.texts('omitted'),
  };
  fields.end();
  checkTexts(template);
  checkComplete(template, face, fields);
  return template;
}

function readBox(from: Fields, key: string, page: Template['page']): Box {
  const [x, y, width, height] = from.numbers(key, 4) as [number, number, number, number];
  if (
    x < 0 ||
    y < 0 ||
    width <= 0 ||
    height <= 0 ||
    x + width > page.width + 1e-9 ||
    y + height > page.height + 1e-9
  )
    throw from.fault(key, '超出页面', 'beyond the page');
  return { x, y, width, height };
}

function checkTexts({ labels, items }: Template): void {
  for (const [index, { text }] of labels.entries()) checkText(text, `labels[${index}].text`);
  for (const [index, { before, after, absent }] of items.entries())
    checkText(before + after + absent, `items[${index}]`);
}

function checkComplete({ items, omitted, seals }: Template, face: Face, fields: Fields): void {
  const placed = new Set(items.map(({ key }) => key));
  for (const { key, shown } of face.items)
    if (shown && placed.has(key) === omitted.includes(key))
      throw fields.fault(
        'items',
        `照面项 ${key} 须放置或列入 omitted`,
        `item ${key} must be placed or omitted, one of both`,
      );
  for (const key of omitted)
    if (!face.items.some((item) => item.key === key))
      throw fields.fault('omitted', `照面没有 ${key}`, `the face has no ${key}`);
  for (const name of face.sealNames)
    if (!seals.some((seal) => seal.name === name))
      throw fields.fault('seals', `缺少印章位置：${name}`, `no place for the seal ${name}`);
  for (const { name } of seals)
    if (!face.sealNames.includes(name))
      throw fields.fault('seals', `证照类型没有印章 ${name}`, `the type has no seal ${name}`);
}
