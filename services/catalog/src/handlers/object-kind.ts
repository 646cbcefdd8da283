import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';

const kinds = new Set<number>(Object.values(ObjectKind));

/** A kind that this release knows; UNSPECIFIED is none. */
export function isKind(kind: number): kind is ObjectKind {
  return kind !== ObjectKind.UNSPECIFIED && kinds.has(kind);
}
