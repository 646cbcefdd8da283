import { type Box, NAMESPACE } from '@lianzheng/ofd';
import {
  childOf,
  document,
  type Element,
  element,
  elementsOf,
  type Markup,
  readXml,
  text,
  textOf,
} from '@lianzheng/ofd/xml';
import { SealError } from '../errors.ts';
import { SM2_WITH_SM3 } from '../seal.ts';
import { SM3_OID } from '../signers.ts';

/** Where a seal's picture stands. Millimetres. */
export type Stamp = {
  /** Identifier of the page in Document.xml. */
  readonly page: string;
  readonly box: Box;
  /** The part of the picture that is shown, from the corner of `box`: a slice of a seal across pages (骑缝). */
  readonly clip?: Box;
};

/** Signature.xml (GB/T 33190 §18.2). */
export type SignatureXml = {
  /** As it stands there: an OID or `SM3`; MD5 where nothing stands. */
  readonly checkMethod: string;
  /** Location as it stands there, and digest. */
  readonly references: readonly { readonly file: string; readonly digest: Buffer }[];
  readonly stamps: readonly { readonly page: string; readonly boundary: string }[];
  /** Locations as they stand there. */
  readonly seal?: string;
  readonly signedValue: string;
};

export type SignatureXmlInput = {
  readonly signedAt: Date;
  /** Entry → SM3 of its bytes. */
  readonly references: ReadonlyMap<string, Uint8Array>;
  readonly stamps: readonly Stamp[];
  /** Of the first stamp; the others follow. */
  readonly firstStampId: number;
  /** Entry of SignedValue.dat. */
  readonly signedValue: string;
};

const simple = (name: string, value: string) => element(`ofd:${name}`, {}, text(value));

export function encodeSignatureXml(input: SignatureXmlInput): Buffer {
  const { signedAt, references, stamps, firstStampId, signedValue } = input;
  const info = [
    element('ofd:Provider', { ProviderName: 'Lianzheng', Version: '1.0', Company: 'Lianzheng' }),
    simple('SignatureMethod', SM2_WITH_SM3),
    simple('SignatureDateTime', generalized(signedAt)),
    element('ofd:References', { CheckMethod: SM3_OID }, ...referenceElements(references)),
    ...stamps.map(({ page, box, clip }, index) =>
      element('ofd:StampAnnot', {
        ID: String(firstStampId + index),
        PageRef: page,
        Boundary: boxText(box),
        Clip: clip && boxText(clip),
      }),
    ),
    element('ofd:Seal', {}, simple('BaseLoc', 'Seal.esl')),
  ];
  return document(
    element(
      'ofd:Signature',
      { 'xmlns:ofd': NAMESPACE },
      element('ofd:SignedInfo', {}, ...info),
      simple('SignedValue', `/${signedValue}`),
    ),
  );
}

function referenceElements(references: ReadonlyMap<string, Uint8Array>): Markup[] {
  return [...references].map(([file, digest]) =>
    element(
      'ofd:Reference',
      { FileRef: `/${file}` },
      simple('CheckValue', Buffer.from(digest).toString('base64')),
    ),
  );
}

function boxText({ x, y, width, height }: Box): string {
  return [x, y, width, height].map((value) => Math.round(value * 1_000) / 1_000).join(' ');
}

/** `20261124080910Z`. */
function generalized(at: Date): string {
  return `${at
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:T]/g, '')}Z`;
}

/** Throws SealError 'malformed' or OfdError; `location` is the file's entry. */
export function readSignatureXml(bytes: Uint8Array, location: string): SignatureXml {
  const root = readXml(bytes, location);
  if (root.name !== 'Signature') throw new SealError('malformed', `${location}: no Signature`);
  const info = only(root, 'SignedInfo', location);
  const references = only(info, 'References', location);
  const seal = childOf(info, 'Seal');
  return {
    checkMethod: references.attributes.get('CheckMethod') ?? 'MD5',
    references: elementsOf(references, 'Reference').map((one) => ({
      file: attribute(one, 'FileRef', location).trim(),
      digest: Buffer.from(textOf(only(one, 'CheckValue', location)).trim(), 'base64'),
    })),
    stamps: elementsOf(info, 'StampAnnot').map((one) => ({
      page: attribute(one, 'PageRef', location),
      boundary: attribute(one, 'Boundary', location),
    })),
    seal: seal && textOf(only(seal, 'BaseLoc', location)).trim(),
    signedValue: textOf(only(root, 'SignedValue', location)).trim(),
  };
}

function only(parent: Element, name: string, location: string): Element {
  const [found, ...more] = elementsOf(parent, name);
  if (!found || more.length > 0)
    throw new SealError('malformed', `${location}: not one ${name} in ${parent.name}`);
  return found;
}

function attribute(one: Element, name: string, location: string): string {
  const value = one.attributes.get(name);
  if (value === undefined) throw new SealError('malformed', `${location}: ${one.name} has no ${name}`);
  return value;
}
