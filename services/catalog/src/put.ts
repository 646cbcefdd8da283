import type { Tx } from '@lianzheng/db';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { CatalogObject, type LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { keyOf, kindOf } from '@lianzheng/registry';
import { failedPrecondition, invalidArgument, notFound } from '@lianzheng/rpc/errors';
import type { Context } from './context.ts';
import type { Known } from './domain/known.ts';
import { checkLicenceType } from './domain/licence-type.ts';
import { predecessorOf } from './domain/log-key.ts';
import { checkObject, mayRetire, mayReturn } from './domain/object.ts';
import { below, type Report, type Violation, violationsOf } from './domain/violations.ts';
import { subjectOf } from './events.ts';
import { lastDraftVersion } from './store/drafts.ts';
import { findNewest } from './store/objects.ts';
import type { Written } from './write.ts';

type Put = { object: CatalogObject; changed: boolean };

/** Far below the limit of a leaf (65,535), so that whatever stands beside the object fits as well. */
const MAX_BYTES = 60_000;

function knownOf({ node, view }: Context): Known {
  return { ...view.registry, self: node };
}

/** The next version of an object, when it differs from the newest; `given` has a content of a known kind. */
export async function putObject(context: Context, tx: Tx, given: CatalogObject): Promise<Written<Put>> {
  const place = { node: context.node, kind: kindOf(given)!, key: keyOf(given)! };
  const before = await findNewest(tx, place);
  if (given.retired) return retire(context, tx, given, before);
  if (before && !before.retired && saysNothingNew(given, before)) return unchanged(before);
  if (before?.retired && !mayReturn(given)) {
    throw failedPrecondition('RETIRED_FOR_GOOD', `已停用，不可恢复 / retired for good: ${subjectOf(given)}`);
  }
  refuseViolations(context, given, before);
  const object = {
    ...given,
    key: place.key,
    node: context.node,
    version: (before?.version ?? 0) + 1,
    retired: false,
  };
  return { answer: { object, changed: true }, objects: [...(await closedBy(context, tx, object)), object] };
}

/** Throws everything that is wrong with the content of an object. */
function refuseViolations(context: Context, given: CatalogObject, before: CatalogObject | undefined): void {
  const { province, roots } = context;
  refuse(
    violationsOf((report) => {
      checkObject(given, { known: knownOf(context), province, roots, before }, below('object', report));
      checkSize(given, below('object', report));
    }),
  );
}

/** Throws everything that is wrong with a licence type; `field` is where it stands in the request. */
export function refuseTypeViolations(context: Context, value: LicenceType, field: string): void {
  refuse(
    violationsOf((report) => {
      checkLicenceType(value, knownOf(context), below(field, report));
      checkSize({ ...empty, object: { $case: 'licenceType', value } }, below(field, report));
    }),
  );
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw invalidArgument(violations);
}

function checkSize(object: CatalogObject, report: Report): void {
  if (CatalogObject.encode(object).finish().length > MAX_BYTES)
    report('', `编码后至多 ${MAX_BYTES} 字节`, `at most ${MAX_BYTES} bytes when encoded`);
}

async function retire(
  context: Context,
  tx: Tx,
  given: CatalogObject,
  before: CatalogObject | undefined,
): Promise<Written<Put>> {
  if (!before) throw notFound(subjectOf(given), 'OBJECT_UNKNOWN');
  if (before.retired) return unchanged(before);
  if (!mayRetire(before, context.province))
    throw failedPrecondition('NOT_RETIRABLE', `不可停用 / cannot be retired: ${subjectOf(before)}`);
  const version = Math.max(before.version, await draftVersion(tx, before)) + 1;
  const object = { ...before, version, retired: true };
  return { answer: { object, changed: true }, objects: [object] };
}

/** Drafts have their versions already; no two things may share one. */
async function draftVersion(tx: Tx, { object }: CatalogObject): Promise<number> {
  return object?.$case === 'licenceType' ? lastDraftVersion(tx, object.value.code) : 0;
}

/** A new key of a log ends the one before it, in the same change: at each size one key counts. */
async function closedBy(context: Context, tx: Tx, { object }: CatalogObject): Promise<CatalogObject[]> {
  if (object?.$case !== 'logKey') return [];
  const before = predecessorOf(object.value, knownOf(context));
  const key = before && keyOf({ ...empty, object: { $case: 'logKey', value: before } });
  if (key === undefined) return [];
  const row = await findNewest(tx, { node: context.node, kind: ObjectKind.LOG_KEY, key });
  if (row?.object?.$case !== 'logKey') return [];
  const value = { ...row.object.value, toSize: object.value.fromSize };
  return [{ ...row, version: row.version + 1, object: { $case: 'logKey', value } }];
}

const empty: CatalogObject = { key: '', version: 0, node: '', retired: false, object: undefined };

const unchanged = (object: CatalogObject): Written<Put> => ({ answer: { object, changed: false } });

/** Keys are put as they were made, without an end; that says nothing about one that has ended since. */
function saysNothingNew({ object }: CatalogObject, before: CatalogObject): boolean {
  const standing = before.object?.$case === 'logKey' ? before.object.value : undefined;
  if (object?.$case !== 'logKey' || object.value.toSize !== 0n || !standing)
    return hasContent(before, object);
  return hasContent(before, { $case: 'logKey', value: { ...object.value, toSize: standing.toSize } });
}

function hasContent({ object }: CatalogObject, content: CatalogObject['object']): boolean {
  const bytesOf = (of: CatalogObject['object']) => CatalogObject.encode({ ...empty, object: of }).finish();
  return Buffer.compare(bytesOf(object), bytesOf(content)) === 0;
}
