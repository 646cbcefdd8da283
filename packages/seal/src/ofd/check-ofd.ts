import { type Entries, OfdError, type ReadDocument, readOfd } from '@lianzheng/ofd';
import type { VerifySignature } from '@lianzheng/seal-certificate';
import { sm3 } from '@lianzheng/sm2';
import { checkSignature, type Finding, type SignatureCheck } from '../check.ts';
import { SealError } from '../errors.ts';
import { decodeSignature, type SealSignature } from '../signature.ts';
import { checkReferences, type OwnFiles, type ReferencesFinding } from './references.ts';
import { type RequiredSeal, requiredSealsOf, sealKinds } from './required-seals.ts';
import { readSignatureXml, type SignatureXml } from './signature-xml.ts';

export type SealPurpose = Finding | { readonly result: 'failed'; readonly code: 'other-seal' };

/** One seal on a document. */
export type SealedBy = Omit<SignatureCheck, 'seal'> & {
  readonly id: string;
  readonly signed: SealSignature;
  readonly stamps: SignatureXml['stamps'];
  readonly references: ReferencesFinding;
  /** Its maker's signature, Seal.esl being the same, and its being the seal whose turn it was. */
  readonly seal: SealPurpose;
};

/** A signature that is no seal of GB/T 38540 or GM/T 0031, which nobody here can judge. */
export type NotUnderstood = { readonly id: string; readonly reason: string };

export type OfdCheck = {
  readonly document: ReadDocument;
  /** Seals that the document names; undefined for foreign files. */
  readonly required?: readonly RequiredSeal[];
  readonly seals: readonly SealedBy[];
  readonly notUnderstood: readonly NotUnderstood[];
  /** Of all of them together: every seal named is there, and no other. */
  readonly completeness: ReferencesFinding;
};

type Read = { id: string; own: OwnFiles; xml: SignatureXml; xmlBytes: Uint8Array; value: Uint8Array };

/**
 * Everything about the seals of a document that needs nothing but the document. Throws OfdError for a package that cannot be read, and
 * for signature files that are absent or malformed.
 */
export function checkOfd(entries: Entries, verifySignature?: VerifySignature): OfdCheck {
  const document = readOfd(entries);
  const required = asOfdError('OFD.xml', () => requiredSealsOf(document.info.metadata));
  const list = document.signatures;
  if (!list) return { document, required, seals: [], notUnderstood: [], completeness: noSeal(required) };
  const notUnderstood: NotUnderstood[] = [];
  const all = list.signatures.map(({ id, location, folder }) => readFiles(entries, id, location, folder));
  const own = all.map((one) => one.own);
  const input = { entries, list, own, required: required?.length };
  const seals = all.flatMap((read, index) => {
    if (list.signatures[index]!.type !== 'Seal') {
      notUnderstood.push({ id: read.id, reason: `Type=${list.signatures[index]!.type}` });
      return [];
    }
    const signed = asOfdError(read.own.signedValue, () => decodeSignature(read.value));
    const dataHash = sm3(read.xmlBytes);
    const check = checkSignature(signed, { dataHash, verifySignature });
    const found: SealedBy = {
      ...check,
      id: read.id,
      signed,
      stamps: read.xml.stamps,
      references: checkReferences(input, index, read.xml),
      dataHash: ofThisFile(check.dataHash, signed, read.own.xml),
      seal: theRightSeal(check, signed, sealFile(entries, read), required?.[index]),
    };
    return [found];
  });
  return { document, required, seals, notUnderstood, completeness: complete(seals.length, required) };
}

function readFiles(entries: Entries, id: string, location: string, folder: string): Read {
  const xmlBytes = fileOf(entries, location);
  const xml = asOfdError(location, () => readSignatureXml(xmlBytes, location));
  const signedValue = located(folder, xml.signedValue);
  const value = fileOf(entries, signedValue);
  const seal = xml.seal === undefined ? undefined : located(folder, xml.seal);
  return { id, own: { xml: location, signedValue, seal }, xml, xmlBytes, value };
}

function located(folder: string, location: string): string {
  return location.startsWith('/') ? location.slice(1) : folder + location;
}

function fileOf(entries: Entries, name: string): Uint8Array {
  const bytes = entries.get(name);
  if (!bytes) throw new OfdError(name, '签名文件不存在', 'a file of the signature is absent');
  return bytes;
}

function sealFile(entries: Entries, { own }: Read): Uint8Array | undefined {
  return own.seal === undefined ? undefined : fileOf(entries, own.seal);
}

/** A Signature.xml that was moved from elsewhere is another's data. */
function ofThisFile(finding: Finding, { propertyInfo }: SealSignature, location: string): Finding {
  if (finding.result !== 'passed' || propertyInfo.replace(/^\//, '') === location) return finding;
  return { result: 'failed', code: 'other-data' };
}

function theRightSeal(
  { seal: finding, signerCertificate }: SignatureCheck,
  { seal, timeStamp }: SealSignature,
  file: Uint8Array | undefined,
  required: RequiredSeal | undefined,
): SealPurpose {
  if (finding.result !== 'passed') return finding;
  const other = { result: 'failed', code: 'other-seal' } as const;
  if (file && Buffer.compare(file, seal.bytes) !== 0) return other;
  if (!required) return finding;
  const names = (signerCertificate?.subject.attributes ?? []).map(({ value }) => value);
  const isTheirs = names.includes(required.department) && seal.info.type === sealKinds[required.kind];
  // Ours bear none: whatever stands beside what was signed was put there later.
  return isTheirs && !timeStamp ? finding : other;
}

function noSeal(required: readonly RequiredSeal[] | undefined): ReferencesFinding {
  return { result: 'failed', code: required ? 'seal-absent' : 'no-seal', where: '1' };
}

function complete(count: number, required: readonly RequiredSeal[] | undefined): ReferencesFinding {
  if (count === 0) return noSeal(required);
  if (!required || count === required.length) return { result: 'passed' };
  if (count > required.length)
    return { result: 'failed', code: 'seal-surplus', where: String(required.length + 1) };
  return { result: 'failed', code: 'seal-absent', where: String(count + 1) };
}

function asOfdError<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new OfdError(where, '签章数据格式有误', cause.message, { cause });
  }
}
