import { type Entries, readOfd, type SignatureList } from '@lianzheng/ofd';
import { childOf, readXml, textOf } from '@lianzheng/ofd/xml';
import { sm3 } from '@lianzheng/sm2';
import { SealError } from '../errors.ts';
import { makeSignature, type Party } from '../make.ts';
import type { Seal } from '../seal.ts';
import type { SealSignature, ToBeSigned } from '../signature.ts';
import { requiredSealsOf } from './required-seals.ts';
import { encodeSignatureXml, type Stamp } from './signature-xml.ts';
import { encodeSignaturesXml } from './signatures-xml.ts';

export type SealingInput = {
  readonly seal: Seal;
  readonly signedAt: Date;
  /** One, or one for each page that the seal runs across. */
  readonly stamps: readonly Stamp[];
};

/** A document that waits for one signature. */
export type Sealing = {
  /** What is to be signed, with the seal given. */
  readonly content: ToBeSigned;
  /** Whether this is the last seal that the document names, which closes it. */
  readonly closes: boolean;
  /** The document with the signature in it. */
  complete(signature: SealSignature): Entries;
};

const SM3_OF = new WeakMap<Uint8Array, Buffer>();

/**
 * Prepares the next seal of a document (GB/T 38540 §7.2, GB/T 33190 §18). It covers every entry that is present except its own folder,
 * and Signatures.xml only when it is the last. Throws SealError 'refused' for a document that does not say beforehand where its
 * signatures are or which seals it needs, or that has them all; OfdError for one that cannot be read.
 */
export function prepareSealing(entries: Entries, { seal, signedAt, stamps }: SealingInput): Sealing {
  const { info, signatures: list, pages } = readOfd(entries);
  const required = requiredSealsOf(info.metadata);
  if (!list) throw new SealError('refused', 'OFD.xml does not name Signatures.xml');
  if (!required) throw new SealError('refused', 'the document does not name its seals');
  const turn = list.signatures.length;
  if (turn >= required.length) throw new SealError('refused', 'the document has all its seals');
  if (stamps.length === 0) throw new SealError('refused', 'a seal without a place');
  for (const { page } of stamps)
    if (!pages.some(({ id }) => id === page)) throw new SealError('refused', `there is no page ${page}`);
  const closes = turn === required.length - 1;
  const next = nextSignature(entries, list, stamps.length);
  const covered: Entries = new Map(entries);
  covered.set(list.location, encodeSignaturesXml(next.maxId, [...list.signatures, next]));
  const references = new Map(
    [...covered]
      .filter(([name]) => closes || name !== list.location)
      .map(([name, bytes]) => [name, sm3Of(bytes)] as const),
  );
  const signedValue = `${next.folder}SignedValue.dat`;
  const firstStampId = Number(next.id) + 1;
  const xml = encodeSignatureXml({ signedAt, references, stamps, firstStampId, signedValue });
  return {
    content: { dataHash: sm3(xml), propertyInfo: `/${next.location}`, signedAt },
    closes,
    complete(signature) {
      covered.set(next.location, xml);
      covered.set(`${next.folder}Seal.esl`, seal.bytes);
      return covered.set(signedValue, signature.bytes);
    },
  };
}

/** The document with the next of its seals, by a key that is here. Throws as `prepareSealing` and `makeSignature`. */
export function sealOfd(entries: Entries, input: SealingInput, signer: Party): Entries {
  const sealing = prepareSealing(entries, input);
  return sealing.complete(makeSignature(input.seal, sealing.content, signer));
}

/** Identifiers of signatures and stamps share one counter. */
function nextSignature(entries: Entries, { location, signatures }: SignatureList, stamps: number) {
  const present = entries.get(location);
  const last = present ? Number(textOf(childOf(readXml(present, location), 'MaxSignId'))) : 0;
  if (!Number.isSafeInteger(last) || last < signatures.length)
    throw new SealError('malformed', `${location}: MaxSignId`);
  const folder = `${location.slice(0, location.lastIndexOf('/') + 1)}Sign_${signatures.length}/`;
  return {
    id: String(last + 1),
    maxId: last + 1 + stamps,
    type: 'Seal',
    location: `${folder}Signature.xml`,
    folder,
  };
}

/** What many documents share, such as fonts of labels, is hashed once. */
function sm3Of(bytes: Uint8Array): Buffer {
  const known = SM3_OF.get(bytes);
  if (known) return known;
  const digest = sm3(bytes);
  SM3_OF.set(bytes, digest);
  return digest;
}
