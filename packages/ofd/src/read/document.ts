import { OfdError } from '../error.ts';
import type { Box } from '../layout/index.ts';
import { childOf, type Element, elementsOf, textOf } from '../xml/index.ts';
import type { Entries } from '../zip/index.ts';
import { folderOf, joined, requiredAttribute, requiredText, type Source, sourceOf } from './locations.ts';
import { boxOf, type PageContent, readPage } from './page.ts';
import { readSignatures, type SignatureList } from './signatures.ts';

export interface ReadInfo {
  readonly docId: string;
  readonly title?: string;
  readonly author?: string;
  readonly createdOn?: string;
  /** Name and value in order; a name may stand more than once. */
  readonly metadata: readonly (readonly [name: string, value: string])[];
}

export interface ReadPage {
  readonly id: string;
  /** Template pages below it, then its own content. */
  readonly layers: readonly PageContent[];
  readonly size: Box;
}

export interface Annotation {
  readonly page: string;
  readonly id: string;
  /** Link, Path, Highlight, Stamp, Watermark. */
  readonly type: string;
  readonly location: string;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly location: string;
}

export interface ReadDocument {
  /** `OFD`, `OFD-A`. */
  readonly type: string;
  readonly info: ReadInfo;
  /** Entry of Document.xml. */
  readonly root: string;
  readonly pages: readonly ReadPage[];
  /** Identifier of a font, picture or other medium → its entry; undefined for a font that is not embedded. */
  readonly resources: ReadonlyMap<string, string | undefined>;
  readonly annotations: readonly Annotation[];
  readonly attachments: readonly Attachment[];
  readonly signatures?: SignatureList;
}

const MAX_PAGES = 1_000;

/**
 * Reads a package strictly: whatever is named must be there. Exactly one document. Throws an OfdError that names the
 * file and the element.
 */
export function readOfd(entries: Entries): ReadDocument {
  const source = sourceOf(entries);
  const top = source.read('OFD.xml', 'OFD');
  const bodies = elementsOf(top, 'DocBody');
  if (bodies.length !== 1)
    throw new OfdError('OFD.xml', '应恰有一个 DocBody', 'there should be exactly one DocBody');
  const body = bodies[0]!;
  const root = source.resolve('OFD.xml', requiredText(body, 'DocRoot', 'OFD.xml'), 'DocRoot');
  const document = source.read(root, 'Document');
  const signatures = childOf(body, 'Signatures');
  return {
    type: top.attributes.get('DocType') ?? 'OFD',
    info: readInfo(body),
    root,
    pages: readPages(source, root, document),
    resources: readResources(source, root, document),
    annotations: readAnnotations(source, root, document),
    attachments: readAttachments(source, root, document),
    signatures: signatures && readSignatures(source, textOf(signatures)),
  };
}

function readInfo(body: Element): ReadInfo {
  const info = childOf(body, 'DocInfo');
  if (!info) throw new OfdError('OFD.xml', '缺少 DocInfo', 'there is no DocInfo');
  const optional = (name: string) => (childOf(info, name) ? textOf(childOf(info, name)) : undefined);
  const custom = elementsOf(childOf(info, 'CustomDatas') ?? { ...info, children: [] }, 'CustomData');
  return {
    docId: requiredText(info, 'DocID', 'OFD.xml'),
    title: optional('Title'),
    author: optional('Author'),
    createdOn: optional('CreationDate'),
    metadata: custom.map((one) => [requiredAttribute(one, 'Name', 'OFD.xml'), textOf(one)] as const),
  };
}

function readPages(source: Source, root: string, document: Element): ReadPage[] {
  const common = childOf(document, 'CommonData');
  const area = childOf(childOf(common, 'PageArea'), 'PhysicalBox');
  const templates = new Map<string, string>();
  for (const one of common ? elementsOf(common, 'TemplatePage') : [])
    templates.set(
      requiredAttribute(one, 'ID', root),
      source.resolve(root, requiredAttribute(one, 'BaseLoc', root), 'TemplatePage'),
    );
  const pages = elementsOf(childOf(document, 'Pages') ?? document, 'Page');
  if (pages.length === 0 || pages.length > MAX_PAGES)
    throw new OfdError(root, '没有页面或页数过多', 'no pages, or too many');
  const read = new Map<string, PageContent>();
  return pages.map((page) => {
    const own = readPage(source, source.resolve(root, requiredAttribute(page, 'BaseLoc', root), 'Page'));
    const below = own.templates.map((id) => {
      const location = templates.get(id);
      if (location === undefined)
        throw new OfdError(own.location, `没有模板页 ${id}`, `there is no template page ${id}`);
      const known = read.get(location) ?? readPage(source, location);
      read.set(location, known);
      return known;
    });
    const size = own.size ?? (area && boxOf(textOf(area), root, 'PhysicalBox'));
    if (!size) throw new OfdError(own.location, '缺少页面尺寸', 'the page has no size');
    return { id: requiredAttribute(page, 'ID', root), layers: [...below, own], size };
  });
}

function readResources(source: Source, root: string, document: Element): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const common = childOf(document, 'CommonData');
  const files = common
    ? elementsOf(common).filter(({ name }) => name === 'PublicRes' || name === 'DocumentRes')
    : [];
  for (const one of files) {
    const file = source.resolve(root, textOf(one), one.name);
    const res = source.read(file, 'Res');
    const base = res.attributes.get('BaseLoc') ?? '';
    const folder =
      base === '' ? folderOf(file) : `${joined(folderOf(file), base.replace(/\/$/, ''), `${file} BaseLoc`)}/`;
    for (const [list, item, location] of [
      ['Fonts', 'Font', 'FontFile'],
      ['MultiMedias', 'MultiMedia', 'MediaFile'],
    ] as const)
      for (const medium of elementsOf(res, list).flatMap((all) => elementsOf(all, item))) {
        const id = requiredAttribute(medium, 'ID', file);
        if (found.has(id)) throw new OfdError(file, `标识重复：${id}`, `identifier twice: ${id}`);
        const place = childOf(medium, location);
        found.set(id, place && source.resolve(folder, textOf(place), `${file} ${item} ${id}`));
      }
  }
  return found;
}

function readAnnotations(source: Source, root: string, document: Element): Annotation[] {
  const place = childOf(document, 'Annotations');
  if (!place) return [];
  const file = source.resolve(root, textOf(place), 'Annotations');
  return elementsOf(source.read(file, 'Annotations'), 'Page').flatMap((page) => {
    const location = source.resolve(file, requiredText(page, 'FileLoc', file), 'FileLoc');
    return elementsOf(source.read(location, 'PageAnnot'), 'Annot').map((one) => ({
      page: requiredAttribute(page, 'PageID', file),
      id: requiredAttribute(one, 'ID', location),
      type: requiredAttribute(one, 'Type', location),
      location,
    }));
  });
}

function readAttachments(source: Source, root: string, document: Element): Attachment[] {
  const place = childOf(document, 'Attachments');
  if (!place) return [];
  const file = source.resolve(root, textOf(place), 'Attachments');
  return elementsOf(source.read(file, 'Attachments'), 'Attachment').map((one) => ({
    id: requiredAttribute(one, 'ID', file),
    name: requiredAttribute(one, 'Name', file),
    location: source.resolve(file, requiredText(one, 'FileLoc', file), 'FileLoc'),
  }));
}
