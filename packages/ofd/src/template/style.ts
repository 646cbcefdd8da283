import { WEIGHTS } from '../font/index.ts';
import type { Box } from '../layout/drawing.ts';
import type { Fields } from './fields.ts';
import { type DataItem, FORMATS, type LabelItem, type TextStyle } from './template.ts';

type ReadBox = (from: Fields) => Box;

const COLOUR = /^#[0-9a-f]{6}$/;

export function readLabel(from: Fields, box: ReadBox): LabelItem {
  return { ...readStyle(from, box), text: from.text('text') };
}

export function readDataItem(from: Fields, box: ReadBox, keys: ReadonlySet<string>): DataItem {
  const key = from.text('key');
  if (!keys.has(key))
    throw from.fault('key', `照面和元数据没有 ${key}`, `neither face nor metadata has ${key}`);
  return {
    ...readStyle(from, box),
    key,
    index: from.has('index') ? from.number('index', 0, 99) : undefined,
    format: from.choice('format', FORMATS, 'text'),
    before: from.text('before', ''),
    after: from.text('after', ''),
    join: from.text('join', '、'),
    absent: from.text('absent', ''),
  };
}

function readStyle(from: Fields, box: ReadBox): TextStyle {
  const size = from.number('size', 0.5, 100);
  return {
    box: box(from),
    weight: from.choice('weight', WEIGHTS, 'regular'),
    size,
    minSize: from.number('minSize', 0.5, size, Math.min(size, 2)),
    colour: readColour(from, 'colour', '#000000')!,
    align: from.choice('align', ['left', 'center', 'right', 'justify'] as const, 'left'),
    vertical: from.choice('vertical', ['top', 'middle', 'bottom'] as const, 'top'),
    lineHeight: from.number('lineHeight', 0.8, 5, 1.4),
    spacing: from.number('spacing', -0.5, 10, 0),
    wrap: from.flag('wrap', true),
  };
}

export function readColour(from: Fields, key: string, fallback?: string): string | undefined {
  if (!from.has(key)) return fallback;
  const colour = from.text(key);
  if (!COLOUR.test(colour)) throw from.fault(key, '应为 #rrggbb', 'should be #rrggbb, lower case');
  return colour;
}
