import { OfdError } from '../error.ts';
import type { FindGlyph } from '../font/index.ts';
import { qrDrawing } from '../qr/index.ts';
import type { Template } from '../template/template.ts';
import type { Box, Drawing, ImageDrawing } from './drawing.ts';
import { setText } from './text.ts';
import { shownText, type Values } from './values.ts';

/** Name of the photo among a document's pictures. */
export const PHOTO = 'photo';

/** What one document shows on its template. */
export interface Content {
  readonly values: Values;
  /** Content of the QR code, such as the licence identifier; needed where the template has a place for it. */
  readonly code?: string;
  /** Width and height in pixels of the photo, where there is one. */
  readonly photo?: { readonly width: number; readonly height: number };
}

/** Frame and labels, the same for every document; between them the mark: large pale words such as 样本. */
export function layoutFixed(template: Template, find: FindGlyph, mark: string): Drawing[] {
  return [
    ...template.pictures.map(({ name, box }): ImageDrawing => ({ kind: 'image', name, box })),
    ...template.frame,
    ...setText(mark, markStyle(template), find, 'mark'),
    ...template.labels.flatMap((label, index) => setText(label.text, label, find, `labels[${index}]`)),
  ];
}

/** Values, photo and code of one document. Throws an OfdError that names the field. */
export function layoutVariable(template: Template, content: Content, find: FindGlyph): Drawing[] {
  const drawings: Drawing[] = [];
  for (const item of template.items)
    for (const run of setText(shownText(item, content.values), item, find, item.key, item.key))
      drawings.push(run);
  if (template.photo && content.photo)
    drawings.push({ kind: 'image', name: PHOTO, box: inside(template.photo, content.photo) });
  if (!template.photo && content.photo)
    throw new OfdError(PHOTO, '模板没有照片位置', 'the template has no place for a photo');
  if (template.code) {
    if (!content.code) throw new OfdError('code', '缺少二维码内容', 'the content of the QR code is missing');
    drawings.push(qrDrawing(content.code, template.code));
  }
  return drawings;
}

/** The largest box of the picture's proportions in the middle of its place. */
function inside(box: Box, { width, height }: { width: number; height: number }): Box {
  const scale = Math.min(box.width / width, box.height / height);
  const [w, h] = [width * scale, height * scale];
  return { x: box.x + (box.width - w) / 2, y: box.y + (box.height - h) / 2, width: w, height: h };
}

function markStyle({ page }: Template) {
  const size = Math.min(page.width, page.height) / 5;
  return {
    box: { x: 0, y: page.height / 2 - size, width: page.width, height: size * 2 },
    weight: 'regular',
    size,
    minSize: size / 4,
    colour: '#ececec',
    align: 'center',
    vertical: 'middle',
    lineHeight: 1.2,
    spacing: 0.4,
    wrap: false,
  } as const;
}
