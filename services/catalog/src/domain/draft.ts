import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Violation } from './violations.ts';

export type DraftState = 'REGISTERED' | 'RETURNED' | 'APPROVED' | 'PUBLISHED';

/** A type on its way to publication. */
export type Draft = {
  readonly licenceType: LicenceType;
  readonly version: number;
  readonly state: DraftState;
  /** Why it was returned; else empty. */
  readonly reason: string;
  /** Credit code of the department that registered it. */
  readonly registeredBy: string;
};

/** A step that the draft's state does not allow. */
export type Refused = { readonly refused: 'DRAFT_STATE' | 'DRAFT_OUTDATED'; readonly state: DraftState };

/** Whose types a department may register: its own. Managing departments may register any type of their node. */
export function mayRegister(
  departmentCode: string,
  isManaging: boolean,
  { definingAuthorityCode, supplyingDepartmentCode }: LicenceType,
): boolean {
  return isManaging || [definingAuthorityCode, supplyingDepartmentCode].includes(departmentCode);
}

export function checkReview({ approve, reason }: { approve: boolean; reason: string }): Violation[] {
  if (!approve && reason.trim() === '')
    return [{ field: 'reason', description: '退回须说明理由 / a reason, when it is returned' }];
  if ([...reason].length > 1_000)
    return [{ field: 'reason', description: '至多1000个字符 / at most 1000 characters' }];
  return [];
}

/** What is not published may be approved or returned, also after second thoughts; the same review again changes nothing. */
export function review(
  draft: Draft,
  { approve, reason }: { approve: boolean; reason: string },
): Draft | Refused {
  if (draft.state === 'PUBLISHED') return { refused: 'DRAFT_STATE', state: draft.state };
  return { ...draft, state: approve ? 'APPROVED' : 'RETURNED', reason: approve ? '' : reason };
}

/** `newest`: version of the type that is published, 0 when there is none. */
export function publish(draft: Draft, newest: number): Draft | Refused {
  if (draft.state !== 'APPROVED') return { refused: 'DRAFT_STATE', state: draft.state };
  if (draft.version <= newest) return { refused: 'DRAFT_OUTDATED', state: draft.state };
  return { ...draft, state: 'PUBLISHED' };
}
