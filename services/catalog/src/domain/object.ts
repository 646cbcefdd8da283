import type { CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { isRegistryKind, kindOf } from '@lianzheng/registry';
import { checkDepartment, checkUseAuthorisation } from './department.ts';
import type { Known } from './known.ts';
import { checkLicenceType } from './licence-type.ts';
import { checkGeneration, checkLogKey } from './log-key.ts';
import { checkMatter } from './matter.ts';
import { checkIssuerAssignment, checkNode } from './node.ts';
import { below, type Report } from './violations.ts';

/** Where the object is to stand. */
export type Place = {
  readonly known: Known;
  readonly province: string;
  /** The pinned offline root. */
  readonly roots: readonly LogKey[];
  /** The newest version of the object that stands there. */
  readonly before: CatalogObject | undefined;
};

/** The content of an object, whatever its kind. */
export function checkObject(
  { object }: CatalogObject,
  { known, province, roots, before }: Place,
  report: Report,
): void {
  const standing = before?.object;
  switch (object?.$case) {
    case 'licenceType':
      return checkLicenceType(object.value, known, below('licence_type', report));
    case 'matter':
      return checkMatter(object.value, known, below('matter', report));
    case 'department':
      return checkDepartment(object.value, known, below('department', report));
    case 'useAuthorisation':
      return checkUseAuthorisation(object.value, known, below('use_authorisation', report));
    case 'nodeEntry':
      return checkNode(object.value, below('node_entry', report));
    case 'logKey': {
      const key = standing?.$case === 'logKey' ? standing.value : undefined;
      return checkLogKey(object.value, key, known, roots, below('log_key', report));
    }
    case 'generation': {
      const place = { known, province, roots, exists: standing !== undefined };
      return checkGeneration(object.value, place, below('generation', report));
    }
    case 'issuerAssignment': {
      const assignment = standing?.$case === 'issuerAssignment' ? standing.value : undefined;
      return checkIssuerAssignment(object.value, assignment, known, below('issuer_assignment', report));
    }
    default:
      return report('', '目录对象的内容', 'the content of the object');
  }
}

/** Whether it belongs to the registry, which stands in the province's catalogue only. */
export function isOfRegistry(object: CatalogObject): boolean {
  const kind = kindOf(object);
  return kind !== undefined && isRegistryKind(kind);
}

/** Generations cannot be undone; everything else may be taken out of use. */
export function mayRetire(object: CatalogObject, province: string): boolean {
  const { object: content } = object;
  if (content?.$case === 'generation') return false;
  return content?.$case !== 'nodeEntry' || content.value.node !== province;
}

/** A key or an assignment that was taken out of use does not come back: what it said meanwhile would count again. */
export function mayReturn({ object }: CatalogObject): boolean {
  return object?.$case !== 'logKey' && object?.$case !== 'issuerAssignment';
}
