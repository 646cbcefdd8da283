import { readLeaf } from '@lianzheng/log';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { countsFrom, keyOf } from '@lianzheng/registry';

export type LogEntry = { readonly sequence: number; readonly leaf: Uint8Array };
export type Skipped = { readonly sequence: number; readonly why: string };

/** What the entries of an owner's catalogue log say, in order; what is not understood or not its to say is left out. */
export function objectsIn(
  entries: readonly LogEntry[],
  owner: string,
  province: string,
): { objects: CatalogObject[]; skipped: Skipped[] } {
  const objects: CatalogObject[] = [];
  const skipped: Skipped[] = [];
  for (const { sequence, leaf } of entries) {
    const found = objectIn(leaf, owner, province);
    if (typeof found === 'string') skipped.push({ sequence, why: found });
    else objects.push(found);
  }
  return { objects, skipped };
}

/** The object that a leaf says, or why it is not to be applied. */
export function objectIn(bytes: Uint8Array, owner: string, province: string): CatalogObject | string {
  const { leaf, understood } = readLeaf(bytes);
  if (!understood || leaf.kind !== LeafKind.CATALOG) return 'leaf of another kind or release';
  const object = decodeObject(leaf.body);
  const key = object && keyOf(object);
  if (!object || key === undefined) return 'object of another release';
  if (object.node !== owner || !countsFrom(object, province)) return 'not its owner’s to say';
  if (object.key !== key || object.version < 1) return 'key or version that does not fit the content';
  return object;
}

function decodeObject(body: Uint8Array): CatalogObject | undefined {
  try {
    return CatalogBody.decode(body).object;
  } catch {
    // No message at all: the same as one of another release.
    return undefined;
  }
}
