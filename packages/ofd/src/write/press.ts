import { createFindGlyph, type FontStack } from '../font/index.ts';
import { imageSize } from '../image/size.ts';
import { type Content, layoutFixed, layoutVariable, type PageDrawing, PHOTO } from '../layout/index.ts';
import type { Template } from '../template/index.ts';
import { document, type Markup } from '../xml/index.ts';
import { type Entries, type Parts, partOf } from '../zip/index.ts';
import { pageObject, type References } from './objects.ts';
import {
  attachmentsXml,
  DOCUMENT,
  type DocumentInfo,
  documentResXml,
  documentXml,
  FIRST_OBJECT,
  fontFile,
  IDS,
  metadataXml,
  ofdXml,
  pageXml,
  publicResXml,
} from './package.ts';
import { collectCodes, copyOf, type Subset, subsetsOf, type Used } from './subsets.ts';

/** What a document is made of; DocID and times are given, so that the same input gives the same bytes. */
export interface DocumentInput extends DocumentInfo {
  readonly content: Omit<Content, 'photo'>;
  /** JPEG or PNG. */
  readonly photo?: Uint8Array;
}

/** Makes documents of one template. What they share is made once; a press is for one thread. */
export interface Press {
  readonly template: Template;
  /** Bodies of the shared entries: `pack(press.make(…), press.parts)` does not deflate them again. */
  readonly parts: Parts;
  /** Throws an OfdError that names the field which cannot be shown. */
  draw(input: Pick<DocumentInput, 'content' | 'photo'>): PageDrawing;
  make(input: DocumentInput): Entries;
}

export interface PressOptions {
  /** Those that the template names. */
  readonly pictures?: ReadonlyMap<string, Uint8Array>;
  /** Large pale words behind the text, such as 样本. */
  readonly mark?: string;
}

/** Throws an OfdError for a label that cannot be set. */
export function createPress(
  template: Template,
  fonts: FontStack,
  { pictures = new Map(), mark = '' }: PressOptions = {},
): Press {
  const find = createFindGlyph(fonts);
  const fixed = layoutFixed(template, find, mark);
  const { width, height } = template.page;
  const page = `0 0 ${width} ${height}`;
  const parts: Parts = new WeakMap();
  const fixedCodes = collectCodes(fixed);
  const fixedSubsets = new Map(
    subsetsOf(fixedCodes).map((subset, index) => [[...fixedCodes.keys()][index]!, subset]),
  );
  for (const { font } of fixedSubsets.values()) parts.set(font, partOf('', font, BEST));
  const shared = createShared(parts);

  function draw({ content, photo }: Pick<DocumentInput, 'content' | 'photo'>): PageDrawing {
    const size = photo && imageSize(photo, PHOTO);
    return { width, height, fixed, variable: layoutVariable(template, { ...content, photo: size }, find) };
  }

  function make(input: DocumentInput): Entries {
    const { variable } = draw(input);
    const used = collectCodes(variable, copyOf(fixedCodes));
    const subsets = subsetsOf(used, fixedSubsets);
    const images = [...pictures, ...(input.photo ? [[PHOTO, input.photo] as const] : [])];
    const references = referencesTo(
      used,
      subsets,
      images.map(([name]) => name),
    );
    const first = FIRST_OBJECT + fixed.length;
    const objects = variable.map((drawing, index) => pageObject(drawing, first + index, page, references));
    const families = [...used.keys()].map(({ name }) => name);
    const media = images.map(([name, bytes]) => mediaOf(name, bytes));
    const entries: Entries = new Map();
    const add = (name: string, bytes: Uint8Array) => entries.set(`${DOCUMENT}/${name}`, bytes);
    entries.set('OFD.xml', document(ofdXml(input)));
    add('Document.xml', document(documentXml(first + objects.length - 1, page, media.length > 0)));
    add(
      'PublicRes.xml',
      shared('PublicRes.xml', families.join(), () => publicResXml(families)),
    );
    if (media.length > 0)
      add(
        'DocumentRes.xml',
        shared('DocumentRes.xml', media.map(({ file }) => file).join(), () => documentResXml(media)),
      );
    add(
      'Tpls/Tpl_0/Content.xml',
      shared('Content.xml', '', () => fixedPage(references)),
    );
    add('Pages/Page_0/Content.xml', document(pageXml(page, true, IDS.bodyLayer, objects)));
    for (const [index, { font }] of subsets.entries()) add(`Res/${fontFile(index)}`, font);
    packFonts(subsets, images, parts);
    for (const [index, [, bytes]] of images.entries()) add(`Res/${media[index]!.file}`, bytes);
    add(
      'Attachs/Attachments.xml',
      shared('Attachments.xml', input.createdOn, () => attachmentsXml(input.createdOn)),
    );
    add('Attachs/metadata.xml', document(metadataXml(input.metadata)));
    return entries;
  }

  function fixedPage(references: References): Markup {
    const objects = fixed.map((drawing, index) =>
      pageObject(drawing, FIRST_OBJECT + index, page, references),
    );
    return pageXml(page, false, IDS.backgroundLayer, objects);
  }

  return { template, parts, draw, make };
}

/** Families of the labels come first, so that the template page refers to the same identifiers in every document. */
function referencesTo(used: Used, subsets: readonly Subset[], pictures: readonly string[]): References {
  const families = [...used.keys()];
  return {
    font: ({ family }) => IDS.firstFont + families.indexOf(family),
    glyph: ({ family }, code) => subsets[families.indexOf(family)]!.glyphs.get(code)!,
    picture(name) {
      const index = pictures.indexOf(name);
      if (index < 0) throw new RangeError(`no picture ${name}`);
      return IDS.firstPicture + index;
    },
  };
}

function mediaOf(name: string, bytes: Uint8Array): { file: string; format: string } {
  const { format } = imageSize(bytes, name);
  return { file: `${name}.${format === 'JPEG' ? 'jpg' : 'png'}`, format };
}

/** Fonts are stored for speed while the document stays small, else deflated. */
function packFonts(
  subsets: readonly Subset[],
  images: readonly (readonly [string, Uint8Array])[],
  parts: Parts,
): void {
  const size = [
    ...subsets.map(({ font }) => parts.get(font)?.body ?? font),
    ...images.map(([, bytes]) => bytes),
  ];
  if (size.reduce((sum, { length }) => sum + length, 0) <= STORED_UP_TO) return;
  for (const { font } of subsets) if (!parts.has(font)) parts.set(font, partOf('', font, BEST));
}

/** Bytes of fonts and pictures: leaves 6 KB of 50 for the rest. */
const STORED_UP_TO = 44 << 10;
const MAX_SHARED = 1_000;
const BEST = 9;

/** Entries kept by what they depend on, packed once with the best compression. */
function createShared(parts: Parts) {
  const kept = new Map<string, Uint8Array>();
  return (name: string, variant: string, make: () => Markup): Uint8Array => {
    const key = `${name}\n${variant}`;
    const known = kept.get(key);
    if (known) return known;
    const bytes = document(make());
    if (kept.size >= MAX_SHARED) kept.clear();
    kept.set(key, bytes);
    parts.set(bytes, partOf(name, bytes, BEST));
    return bytes;
  };
}
