import { CatalogObject, type LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { countsFrom, keyOf, type ObjectCase, type ObjectOf } from './object-key.ts';

/** An object at its newest version. */
export type Known<C extends ObjectCase> = {
  value: ObjectOf<C>;
  /** The owner. */
  node: string;
  version: number;
  retired: boolean;
};

export type KnownObjects = {
  /** Keeps the object if it counts and is new; false when nothing changed. */
  put(object: CatalogObject): boolean;
  find<C extends ObjectCase>(of: C, key: string, owner?: string): Known<C> | undefined;
  /** In the order of their keys. */
  all<C extends ObjectCase>(of: C): Known<C>[];
  findTypeVersion(code: string, version: number): Known<'licenceType'> | undefined;
};

/** `preferred`: whose word counts first when several nodes have an object of one key; then the lowest division code. */
export function createKnownObjects(province: string, preferred: readonly string[]): KnownObjects {
  const newest = new Map<ObjectCase, Map<string, Map<string, CatalogObject>>>();
  const typeVersions = new Map<string, CatalogObject>();

  function put(object: CatalogObject): boolean {
    const key = keyOf(object);
    if (key === undefined || !countsFrom(object, province)) return false;
    const { $case } = object.object!;
    const owners = child(child(newest, $case), key);
    const kept = $case === 'licenceType' && keepTypeVersion(key, object);
    const held = owners.get(object.node);
    if (held && (held.version > object.version || isSame(held, object))) return kept;
    owners.set(object.node, object);
    return true;
  }

  // A licence names the version of its type, so older ones stay known.
  function keepTypeVersion(code: string, object: CatalogObject): boolean {
    const id = typeVersionId(object.node, code, object.version);
    const held = typeVersions.get(id);
    if (held && isSame(held, object)) return false;
    typeVersions.set(id, object);
    return true;
  }

  function ownerOf(owners: ReadonlyMap<string, CatalogObject>): string | undefined {
    return preferred.find((node) => owners.has(node)) ?? [...owners.keys()].sort()[0];
  }

  return {
    put,
    find(of, key, owner) {
      const owners = newest.get(of)?.get(key);
      const object = owners?.get(owner ?? ownerOf(owners) ?? '');
      return object && knownOf(object, of);
    },
    all(of) {
      const keys = newest.get(of) ?? new Map<string, Map<string, CatalogObject>>();
      const objects = [...keys.keys()].sort().flatMap((key) => [...keys.get(key)!.values()]);
      return objects.map((object) => knownOf(object, of));
    },
    findTypeVersion(code, version) {
      const owner = ownerOf(newest.get('licenceType')?.get(code) ?? new Map());
      const object = owner && typeVersions.get(typeVersionId(owner, code, version));
      return object ? knownOf(object, 'licenceType') : undefined;
    },
  };
}

function knownOf<C extends ObjectCase>(object: CatalogObject, _of: C): Known<C> {
  const { node, version, retired } = object;
  return { value: object.object!.value as ObjectOf<C>, node, version, retired };
}

const typeVersionId = (owner: string, code: LicenceType['code'], version: number) =>
  `${owner}/${code}/${version}`;

function isSame(a: CatalogObject, b: CatalogObject): boolean {
  if (a === b) return true;
  if (a.version !== b.version) return false;
  return Buffer.compare(CatalogObject.encode(a).finish(), CatalogObject.encode(b).finish()) === 0;
}

function child<K, L, V>(parent: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let found = parent.get(key);
  if (!found) {
    found = new Map();
    parent.set(key, found);
  }
  return found;
}
