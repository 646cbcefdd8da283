import type { Entries, SignatureEntry, SignatureList } from '@lianzheng/ofd';
import { sm3 } from '@lianzheng/sm2';
import { SM3_OID } from '../signers.ts';
import type { SignatureXml } from './signature-xml.ts';

/**
 * digest-method: not SM3 · file-absent, file-changed: a file that was signed · file-twice: named twice · not-covered: a file that no
 * seal covers, slipped in later · seal-absent: of the seals that the document names · seal-surplus: more than it names · no-seal.
 */
export type ReferencesFinding = {
  readonly result: 'passed' | 'failed' | 'not-possible';
  readonly code?:
    | 'digest-method'
    | 'file-absent'
    | 'file-changed'
    | 'file-twice'
    | 'not-covered'
    | 'seal-absent'
    | 'seal-surplus'
    | 'no-seal';
  /** Entry, or number of the seal. */
  readonly where?: string;
};

const METHODS = [SM3_OID, 'SM3'];

/** Files that belong to one signature. */
export type OwnFiles = { readonly xml: string; readonly signedValue: string; readonly seal?: string };

export type ReferencesInput = {
  readonly entries: Entries;
  readonly list: SignatureList;
  /** Of each signature of the list. */
  readonly own: readonly OwnFiles[];
  /** How many seals the document names; undefined for foreign files. */
  readonly required?: number;
};

/** Whether the signature at `index` covers what it must, and nothing of it changed (GB/T 38540 §7.3, GM/T 0099 against slipped-in files). */
export function checkReferences(
  input: ReferencesInput,
  index: number,
  signature: SignatureXml,
): ReferencesFinding {
  const { entries } = input;
  if (!METHODS.includes(signature.checkMethod)) return { result: 'not-possible', code: 'digest-method' };
  const covered = new Set<string>();
  for (const { file, digest } of signature.references) {
    const name = file.replace(/^\//, '');
    const failed = (code: ReferencesFinding['code']) => ({ result: 'failed', code, where: name }) as const;
    if (covered.has(name)) return failed('file-twice');
    covered.add(name);
    const bytes = entries.get(name);
    if (!bytes) return failed('file-absent');
    if (!sm3(bytes).equals(digest)) return failed('file-changed');
  }
  const free = mayBeUncovered(input, index);
  for (const name of entries.keys())
    if (!covered.has(name) && !free(name)) return { result: 'failed', code: 'not-covered', where: name };
  return { result: 'passed' };
}

/**
 * A document that names its seals leaves nothing open: each covers all but its own files, those of later ones and, unless last,
 * Signatures.xml. Foreign files may leave open Signatures.xml and the folders it lists.
 */
function mayBeUncovered({ list, own, required }: ReferencesInput, index: number): (name: string) => boolean {
  if (required === undefined) {
    const folders = list.signatures.filter((one) => isOfSignatures(one, list)).map(({ folder }) => folder);
    const files = new Set(own.flatMap(filesOf));
    return (name) =>
      name === list.location || files.has(name) || folders.some((folder) => name.startsWith(folder));
  }
  const later = new Set(own.slice(index).flatMap(filesOf));
  const isLast = index === required - 1;
  return (name) => later.has(name) || (name === list.location && !isLast);
}

function filesOf({ xml, signedValue, seal }: OwnFiles): string[] {
  return seal === undefined ? [xml, signedValue] : [xml, signedValue, seal];
}

/** A folder beside Signatures.xml: not one in which pages or the list itself could lie. */
function isOfSignatures({ folder }: SignatureEntry, { location }: SignatureList): boolean {
  const base = location.slice(0, location.lastIndexOf('/') + 1);
  return folder.length > base.length && folder.startsWith(base) && /sign/i.test(folder.slice(base.length));
}
