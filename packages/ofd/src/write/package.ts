import { type Attributes, element, type Markup, text } from '../xml/index.ts';

export const NAMESPACE = 'http://www.ofdspec.org/2016';
export const DOCUMENT = 'Doc_0';
export const SIGNATURES = `/${DOCUMENT}/Signs/Signatures.xml`;

/** Identifiers of the parts that every document has; objects follow from `FIRST_OBJECT` on. */
export const IDS = {
  page: 1,
  template: 2,
  bodyLayer: 3,
  backgroundLayer: 4,
  firstFont: 10,
  firstPicture: 30,
} as const;
export const FIRST_OBJECT = 100;

export function root(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  return element(`ofd:${name}`, { 'xmlns:ofd': NAMESPACE, ...attributes }, ...children);
}

export function simple(name: string, value: string): Markup {
  return element(`ofd:${name}`, {}, text(value));
}

/** What OFD.xml says of the document (GB/T 33190 §7.4). */
export interface DocumentInfo {
  /** 32 lower-case hexadecimal digits. */
  readonly docId: string;
  readonly title: string;
  readonly author?: string;
  /** `yyyy-MM-dd`. */
  readonly createdOn: string;
  /** Metadata by short name (GB/T 36903 and extensions), in order; one entry per value. */
  readonly metadata: readonly (readonly [name: string, value: string])[];
  /** Whether seals will follow: then the place of Signatures.xml is said from the beginning, as every seal covers OFD.xml. */
  readonly sealed: boolean;
}

export function ofdXml({ docId, title, author, createdOn, metadata, sealed }: DocumentInfo): Markup {
  if (!/^[0-9a-f]{32}$/.test(docId)) throw new RangeError('docId: 32 lower-case hexadecimal digits');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(createdOn)) throw new RangeError('createdOn: yyyy-MM-dd');
  const custom = metadata.map(([Name, value]) => element('ofd:CustomData', { Name }, text(value)));
  const info = [
    simple('DocID', docId),
    simple('Title', title),
    ...(author === undefined ? [] : [simple('Author', author)]),
    simple('CreationDate', createdOn),
    simple('ModDate', createdOn),
    simple('DocUsage', 'Normal'),
    simple('Creator', 'Lianzheng'),
    ...(custom.length > 0 ? [element('ofd:CustomDatas', {}, ...custom)] : []),
  ];
  const body = [
    element('ofd:DocInfo', {}, ...info),
    simple('DocRoot', `${DOCUMENT}/Document.xml`),
    ...(sealed ? [simple('Signatures', SIGNATURES)] : []),
  ];
  return root('OFD', { Version: '1.0', DocType: 'OFD' }, element('ofd:DocBody', {}, ...body));
}

export function documentXml(maxId: number, page: string, pictures: boolean): Markup {
  const common = [
    simple('MaxUnitID', String(maxId)),
    element('ofd:PageArea', {}, simple('PhysicalBox', page)),
    simple('PublicRes', 'PublicRes.xml'),
    ...(pictures ? [simple('DocumentRes', 'DocumentRes.xml')] : []),
    element('ofd:TemplatePage', {
      ID: IDS.template,
      Name: '底图',
      ZOrder: 'Background',
      BaseLoc: 'Tpls/Tpl_0/Content.xml',
    }),
  ];
  return root(
    'Document',
    {},
    element('ofd:CommonData', {}, ...common),
    element('ofd:Pages', {}, element('ofd:Page', { ID: IDS.page, BaseLoc: 'Pages/Page_0/Content.xml' })),
    simple('Attachments', 'Attachs/Attachments.xml'),
  );
}

/** Fonts by family, in order of their identifiers. */
export function publicResXml(families: readonly string[]): Markup {
  const fonts = families.map((name, index) =>
    element(
      'ofd:Font',
      { ID: IDS.firstFont + index, FontName: name, FamilyName: name, Charset: 'unicode' },
      simple('FontFile', fontFile(index)),
    ),
  );
  return root('Res', { BaseLoc: 'Res' }, element('ofd:Fonts', {}, ...fonts));
}

export function fontFile(index: number): string {
  return `font_${index}.ttf`;
}

export function documentResXml(
  pictures: readonly { readonly file: string; readonly format: string }[],
): Markup {
  const media = pictures.map(({ file, format }, index) =>
    element(
      'ofd:MultiMedia',
      { ID: IDS.firstPicture + index, Type: 'Image', Format: format },
      simple('MediaFile', file),
    ),
  );
  return root('Res', { BaseLoc: 'Res' }, element('ofd:MultiMedias', {}, ...media));
}

export function attachmentsXml(createdOn: string): Markup {
  const attributes = {
    ID: 'metadata',
    Name: '电子证照元数据',
    Format: 'XML',
    CreationDate: createdOn,
    Visible: false,
  };
  return root('Attachments', {}, element('ofd:Attachment', attributes, simple('FileLoc', 'metadata.xml')));
}

/** The metadata once more as a file of its own; names that are no XML names stand in an attribute, as all do. */
export function metadataXml(metadata: DocumentInfo['metadata']): Markup {
  return element(
    'Metadata',
    { Standard: 'GB/T 36903-2018' },
    ...metadata.map(([Name, value]) => element('Item', { Name }, text(value))),
  );
}

export function pageXml(page: string, template: boolean, layer: number, objects: readonly Markup[]): Markup {
  return root(
    'Page',
    {},
    ...(template ? [element('ofd:Template', { TemplateID: IDS.template, ZOrder: 'Background' })] : []),
    element('ofd:Area', {}, simple('PhysicalBox', page)),
    element(
      'ofd:Content',
      {},
      element('ofd:Layer', { ID: layer, Type: template ? 'Body' : 'Background' }, ...objects),
    ),
  );
}
