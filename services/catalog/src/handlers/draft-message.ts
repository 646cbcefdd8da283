import { DraftState, type LicenceTypeDraft } from '@lianzheng/proto/catalog/v1/catalog';
import { failedPrecondition, notFound } from '@lianzheng/rpc/errors';
import type { Draft, Refused } from '../domain/draft.ts';

export function toDraftMessage({
  licenceType,
  version,
  state,
  reason,
  registeredBy,
}: Draft): LicenceTypeDraft {
  return { licenceType, version, state: DraftState[state], reason, registeredBy };
}

export function draftUnknown({ code, version }: { code: string; version: number }) {
  return notFound(`证照类型草案 draft ${code} ${version}`, 'DRAFT_UNKNOWN');
}

/** What a step throws that the draft's state does not allow. */
export function draftRefused({ refused, state }: Refused) {
  const why =
    refused === 'DRAFT_OUTDATED'
      ? '已有更新的版本发布 / a newer version is published'
      : `草案状态为 ${state} / the draft is ${state}`;
  return failedPrecondition(refused, why, { state });
}
