import type { FormDigest, LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';

/** When a command took effect and when we recorded it. */
export interface Times {
  readonly decidedAt: Date;
  readonly now: Date;
}

/** What the first entry of a version says beside its times. */
export type VersionBody = Omit<StatusBody, 'effectiveAt' | 'recordedAt' | 'forms' | 'holderCommitments'>;

/** The law counts from the decision; a decision is never later than its record. */
function timesOf({ decidedAt, now }: Times) {
  return { effectiveAt: decidedAt < now ? decidedAt : now, recordedAt: now };
}

/** The entry that brings a new version into the world. */
export function versionBody(
  version: VersionBody,
  forms: readonly FormDigest[],
  holderCommitments: readonly Buffer[],
  times: Times,
): StatusBody {
  return { ...version, ...timesOf(times), forms: [...forms], holderCommitments: [...holderCommitments] };
}

/** The next entry about the same version: every entry says all there is to know, so that any one is enough. */
export function nextBody(
  newest: StatusBody,
  change: { readonly operation: Operation; readonly state: LicenceState; readonly reasonCode: string },
  times: Times,
): StatusBody {
  return { ...newest, ...change, ...timesOf(times), revision: newest.revision + 1 };
}

/**
 * Until files exist, the document of every form is the JWS (interfaces.md §4), named by the SHA-256 of its compact form.
 * A type without forms has one document, of the whole version.
 */
export function formDigests(forms: readonly string[], jwsDigest: Buffer): FormDigest[] {
  const named = forms.length > 0 ? forms : [''];
  return named.map((form) => ({ form, what: 'jws', algorithm: 'SHA-256', value: jwsDigest }));
}
