import { OfdError } from '../error.ts';
import { elementsOf } from '../xml/index.ts';
import { folderOf, joined, requiredAttribute, type Source } from './locations.ts';

export interface SignatureEntry {
  readonly id: string;
  /** `Seal` or `Sign`; Seal where nothing is said. */
  readonly type: string;
  /** Entry of its Signature.xml. */
  readonly location: string;
  /** Its folder, with a slash at the end: what lies there belongs to the signature. */
  readonly folder: string;
}

export interface SignatureList {
  /** Entry of Signatures.xml. */
  readonly location: string;
  readonly signatures: readonly SignatureEntry[];
}

/** The list of signatures; none where the place is said but nothing was signed yet. Their content is the seal's business. */
export function readSignatures(source: Source, place: string): SignatureList {
  const location = joined('', place.trim(), 'OFD.xml Signatures');
  if (!source.entries.has(location)) return { location, signatures: [] };
  const ids = new Set<string>();
  const signatures = elementsOf(source.read(location, 'Signatures'), 'Signature').map((one) => {
    const id = requiredAttribute(one, 'ID', location);
    if (ids.has(id)) throw new OfdError(location, `签名标识重复：${id}`, `signature twice: ${id}`);
    ids.add(id);
    const own = source.resolve(location, requiredAttribute(one, 'BaseLoc', location), `Signature ${id}`);
    return { id, type: one.attributes.get('Type') ?? 'Seal', location: own, folder: folderOf(own) };
  });
  return { location, signatures };
}
