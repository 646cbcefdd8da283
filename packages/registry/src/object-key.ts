import { KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, keyId, keyIdHex } from '@lianzheng/note';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';

type Content = NonNullable<CatalogObject['object']>;
export type ObjectCase = Content['$case'];
/** The message that stands under a case. */
export type ObjectOf<C extends ObjectCase> = Extract<Content, { $case: C }>['value'];

const kinds: Readonly<Record<ObjectCase, ObjectKind>> = {
  licenceType: ObjectKind.LICENCE_TYPE,
  matter: ObjectKind.MATTER,
  department: ObjectKind.DEPARTMENT,
  useAuthorisation: ObjectKind.USE_AUTHORISATION,
  nodeEntry: ObjectKind.NODE,
  logKey: ObjectKind.LOG_KEY,
  generation: ObjectKind.GENERATION,
  issuerAssignment: ObjectKind.ISSUER_ASSIGNMENT,
};
const names = new Map(Object.entries(ObjectKind).map(([name, kind]) => [kind, name]));

/** undefined for content of a later release. */
export function kindOf({ object }: CatalogObject): ObjectKind | undefined {
  return object && kinds[object.$case];
}

/** As in the enum: LICENCE_TYPE, NODE … */
export function kindNameOf(kind: ObjectKind): string {
  return names.get(kind) ?? String(kind);
}

/** undefined for a name that is no kind. */
export function kindNamed(name: string): ObjectKind | undefined {
  return ObjectKind[name as keyof typeof ObjectKind];
}

const firstRegistryKind = ObjectKind.NODE;

/** Nodes, keys, generations and assignments: objects of the province's catalogue only. */
export function isRegistryKind(kind: ObjectKind): boolean {
  return kind >= firstRegistryKind;
}

/** Whether its owner may say so (log protocol §4, interfaces §1); false for content of a later release. */
export function countsFrom(object: CatalogObject, province: string): boolean {
  const kind = kindOf(object);
  if (kind === undefined) return false;
  if (isRegistryKind(kind)) return object.node === province;
  return object.object?.$case !== 'department' || object.object.value.node === object.node;
}

/** What identifies an object within its kind and owner: what stands in it, never what its sender calls it. */
export function keyOf({ object }: CatalogObject): string | undefined {
  switch (object?.$case) {
    case 'licenceType':
    case 'matter':
    case 'department':
      return object.value.code;
    case 'useAuthorisation':
      return `${object.value.departmentCode}/${object.value.typeCode}`;
    case 'nodeEntry':
      return object.value.node;
    case 'logKey':
      return `${object.value.node}/${object.value.log}/${noteKeyId(object.value)}`;
    case 'generation':
      return `${object.value.node}/${object.value.log}/${object.value.generation}`;
    case 'issuerAssignment':
      return `${object.value.issuerCode}/${object.value.node}/${object.value.fromSequence}`;
    default:
      return undefined;
  }
}

function noteKeyId({ log, name, publicKey }: LogKey): string {
  return keyIdHex(keyId(name, log === 'witness' ? KEY_TYPE_COSIGNATURE : KEY_TYPE_ED25519, publicKey));
}
