import type { KnownLicenceType } from '@lianzheng/registry';
import { type Call, failedPrecondition, permissionDenied, unavailable } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { licenceTypeRetired } from '../refused.ts';

export interface Issuer {
  /** Credit code. */
  readonly code: string;
  readonly name: string;
}

type Served = Pick<Context, 'node' | 'registry' | 'notReady'>;

/**
 * The calling department, for which this node's log speaks. Whether the log is in order is asked where something is about
 * to be written: an intent may be stored before that.
 */
export function requireIssuer(context: Served, call: Call): Issuer {
  requireParts(context, ['KEYS_NOT_READY', 'REGISTRY_NOT_READY']);
  const code = requireDepartment(call);
  if (context.registry.nodeFor(code) !== context.node) {
    throw failedPrecondition(
      'ISSUER_NOT_ASSIGNED',
      `未登记为本节点的颁发机构 / ${code} is not assigned to this node`,
      { issuer_code: code, node: context.node },
    );
  }
  return { code, name: context.registry.department(code)?.name ?? '' };
}

/** Everything is there and the log is in order. */
export function requireReady(context: Pick<Context, 'notReady'>): void {
  requireParts(context, ['KEYS_NOT_READY', 'REGISTRY_NOT_READY', 'LOG_RECOVERING']);
}

function requireParts({ notReady }: Pick<Context, 'notReady'>, parts: readonly string[]): void {
  const reason = notReady().find((part) => parts.includes(part));
  if (reason === undefined) return;
  throw unavailable(reason, `服务尚未就绪 / not ready: ${reason}`, { retryAfterMs: 1_000 });
}

export function requireDepartment({ caller }: Call): string {
  if (caller.kind === 'department') return caller.id;
  throw permissionDenied('NOT_A_DEPARTMENT', '仅限部门 / for departments only');
}

/** A type that the issuer may issue licences of; undefined when there is no such type. */
export function issuableType(
  { node, province, registry }: Pick<Context, 'node' | 'province' | 'registry'>,
  issuerCode: string,
  typeCode: string,
): KnownLicenceType | undefined {
  const known = registry.licenceType(typeCode);
  if (!known) return undefined;
  if (known.retired) throw licenceTypeRetired(typeCode);
  const { issuingDepartmentCodes } = known.type;
  const mayIssue =
    issuingDepartmentCodes.length > 0
      ? issuingDepartmentCodes.includes(issuerCode)
      : known.node === node || known.node === province;
  if (mayIssue) return known;
  throw permissionDenied('TYPE_NOT_ALLOWED', '无权制发该类证照 / not a department that issues this type', {
    type_code: typeCode,
  });
}
