import { FaceItemType, type LicenceType, ValidityKind } from '@lianzheng/proto/catalog/v1/objects';
import type { StockItemType, StockType, StockValidityKind } from './face.ts';

const ITEM_TYPES = namesOf<StockItemType>(FaceItemType);
const VALIDITY_KINDS = namesOf<StockValidityKind>(ValidityKind);

/** A type of the catalogue as the generator takes it. Throws a RangeError for an item type or validity that it does not know. */
export function stockType(type: LicenceType): StockType {
  const { code, name, holderKinds, minHolders, maxHolders, licenceNumberPattern, validity } = type;
  return {
    code,
    name,
    holderKinds,
    minHolders,
    maxHolders,
    items: type.items.map((item) => ({ ...item, type: known(ITEM_TYPES, item.type, `item ${item.key}`) })),
    validity: {
      kind: known(VALIDITY_KINDS, validity?.kind ?? ValidityKind.UNSPECIFIED, 'validity'),
      months: validity?.months,
    },
    licenceNumberPattern,
  };
}

/** Names by number, without the 0 of "unspecified". */
function namesOf<T extends string>(
  values: Readonly<Record<T | 'UNSPECIFIED', number>>,
): ReadonlyMap<number, T> {
  const entries = Object.entries(values) as [T, number][];
  return new Map(entries.filter(([, value]) => value !== 0).map(([name, value]) => [value, name]));
}

function known<T>(names: ReadonlyMap<number, T>, value: number, where: string): T {
  const name = names.get(value);
  if (name === undefined) throw new RangeError(`${where}: unknown value ${value}`);
  return name;
}
