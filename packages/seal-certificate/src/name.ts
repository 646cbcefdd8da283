import {
  type Element,
  enter,
  expectTag,
  finish,
  ia5StringOf,
  members,
  next,
  oid,
  oidOf,
  printableString,
  printableStringOf,
  sequence,
  setOf,
  tag,
  utf8String,
  utf8StringOf,
} from '@lianzheng/der';

/** The attributes of a distinguished name that we write; foreign names may have any. */
export type Subject = {
  /** ISO 3166, two letters. */
  readonly country: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly commonName: string;
};

export type Name = {
  /** DER: names are equal when these bytes are. */
  readonly bytes: Uint8Array;
  /** In order; type as OID. */
  readonly attributes: readonly { readonly type: string; readonly value: string }[];
};

const types = {
  country: '2.5.4.6',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  commonName: '2.5.4.3',
} as const;

/** GM/T 0015 §5.2.3.4: the country as PrintableString, everything else in UTF-8. */
export function encodeName(subject: Subject): Buffer {
  const attribute = (type: string, value: Uint8Array) => setOf(sequence(oid(type), value));
  const { country, organization, organizationalUnit, commonName } = subject;
  return sequence(
    attribute(types.country, printableString(country)),
    organization === undefined ? undefined : attribute(types.organization, utf8String(organization)),
    organizationalUnit === undefined
      ? undefined
      : attribute(types.organizationalUnit, utf8String(organizationalUnit)),
    attribute(types.commonName, utf8String(commonName)),
  );
}

/** Throws DerError. Text types: UTF8String, PrintableString, IA5String and BMPString. */
export function decodeName(element: Element): Name {
  const attributes = members(element).flatMap((set) =>
    members(set, tag.set).map((attribute) => {
      const cursor = enter(attribute);
      const type = oidOf(next(cursor, 'type'));
      const value = textOf(next(cursor, 'value'));
      finish(cursor);
      return { type, value };
    }),
  );
  return { bytes: element.bytes, attributes };
}

/** The last CN, or undefined. */
export function commonNameOf({ attributes }: Name): string | undefined {
  return attributes.findLast(({ type }) => type === types.commonName)?.value;
}

export function sameName(one: Name, other: Name): boolean {
  return Buffer.compare(one.bytes, other.bytes) === 0;
}

const BMP_STRING = 0x1e;

function textOf(element: Element): string {
  if (element.tag === tag.printableString) return printableStringOf(element);
  if (element.tag === tag.ia5String) return ia5StringOf(element);
  if (element.tag !== BMP_STRING) return utf8StringOf(element);
  expectTag(element, BMP_STRING);
  return Buffer.from(element.content.subarray(0, element.content.length & ~1))
    .swap16()
    .toString('utf16le');
}
