import {
  DerError,
  type Element,
  enter,
  finish,
  generalizedTime,
  generalizedTimeOf,
  hasMore,
  ia5String,
  ia5StringOf,
  integer,
  next,
  octetString,
  octetStringOf,
  sequence,
  smallIntegerOf,
  utcTimeOf,
  utf8String,
  utf8StringOf,
} from '@lianzheng/der';
import { decodeExtensions, type ExtensionData, encodeExtensions } from './extensions.ts';
import { decodeSigners, encodeSigners, type Signers, signersType } from './signers.ts';

/** SES_SealInfo: what the seal-maker signs. */
export type SealInfo = {
  /** esID, ASCII. */
  readonly id: string;
  /** Vid: who made the software, ASCII. */
  readonly vendor: string;
  /** Kind of the seal: of version 1 1 an organization’s, 2 a person’s; of version 4 the code of the list of kinds that is used. */
  readonly type: number;
  readonly name: string;
  readonly signers: Signers;
  readonly createdAt: Date;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly picture: Picture;
  readonly extensions: readonly ExtensionData[];
};

export type Picture = {
  /** `PNG`, `SVG`, `OFD` … */
  readonly type: string;
  readonly data: Uint8Array;
  readonly widthMm: number;
  readonly heightMm: number;
};

/** 4: GB/T 38540-2020, 1: GM/T 0031-2014. They differ in times, lists and what is signed. */
export type SealVersion = 1 | 4;

const HEADER_ID = 'ES';
/** Number of the structure in the header; of GM/T 0031-2014 other software writes up to 3. */
const versionsOf: Readonly<Record<SealVersion, { min: number; max: number }>> = {
  1: { min: 1, max: 3 },
  4: { min: 4, max: 4 },
};

/** DER of SES_SealInfo, version 4: exactly the bytes that the seal-maker signs. Throws RangeError for text that is not ASCII. */
export function encodeSealInfo(info: SealInfo): Buffer {
  const { id, vendor, picture, extensions } = info;
  return sequence(
    sequence(ia5String(HEADER_ID), integer(4), ia5String(vendor)),
    ia5String(id),
    encodeProperty(info),
    sequence(
      ia5String(picture.type),
      octetString(picture.data),
      integer(picture.widthMm),
      integer(picture.heightMm),
    ),
    encodeExtensions(extensions),
  );
}

/** Throws DerError. */
export function decodeSealInfo(element: Element, version: SealVersion): SealInfo {
  const cursor = enter(element);
  const vendor = decodeHeader(next(cursor, 'header'), version);
  const id = ia5StringOf(next(cursor, 'esID'));
  const property = decodeProperty(next(cursor, 'property'), version);
  const picture = decodePicture(next(cursor, 'picture'));
  const extensions = decodeExtensions(hasMore(cursor) ? next(cursor, 'extDatas') : undefined);
  finish(cursor);
  return { id, vendor, ...property, picture, extensions };
}

function encodeProperty({ type, name, signers, createdAt, validFrom, validUntil }: SealInfo): Buffer {
  return sequence(
    integer(type),
    utf8String(name),
    integer(signersType[signers.kind]),
    encodeSigners(signers),
    generalizedTime(createdAt),
    generalizedTime(validFrom),
    generalizedTime(validUntil),
  );
}

function decodeHeader(element: Element, version: SealVersion): string {
  const cursor = enter(element);
  const id = next(cursor, 'ID');
  if (ia5StringOf(id) !== HEADER_ID) throw new DerError(`not ${HEADER_ID}`, id);
  smallIntegerOf(next(cursor, 'version'), versionsOf[version]);
  const vendor = ia5StringOf(next(cursor, 'Vid'));
  finish(cursor);
  return vendor;
}

function decodeProperty(element: Element, version: SealVersion) {
  const cursor = enter(element);
  const type = smallIntegerOf(next(cursor, 'type'));
  const name = utf8StringOf(next(cursor, 'name'));
  // Version 1 has certificates only, and does not say so.
  const kind =
    version === 4 && smallIntegerOf(next(cursor, 'certListType'), { min: 1, max: 2 }) === signersType.digests
      ? 'digests'
      : 'certificates';
  const signers = decodeSigners(kind, next(cursor, 'certList'));
  const timeOf = version === 4 ? generalizedTimeOf : utcTimeOf;
  const [createdAt, validFrom, validUntil] = ['createDate', 'validStart', 'validEnd'].map((member) =>
    timeOf(next(cursor, member)),
  ) as [Date, Date, Date];
  finish(cursor);
  return { type, name, signers, createdAt, validFrom, validUntil };
}

function decodePicture(element: Element): Picture {
  const cursor = enter(element);
  const type = ia5StringOf(next(cursor, 'type'));
  const data = octetStringOf(next(cursor, 'data'));
  const widthMm = smallIntegerOf(next(cursor, 'width'));
  const heightMm = smallIntegerOf(next(cursor, 'height'));
  finish(cursor);
  return { type, data, widthMm, heightMm };
}
