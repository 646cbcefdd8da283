import { decideTransition, versionOf } from '@lianzheng/licence';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { type Draft, planLicence, planVersion } from './draft.ts';
import { hasExpired, type KnownLicence } from './known-licence.ts';
import type { Plan } from './plan.ts';
import {
  noSuchLicence,
  numberTaken,
  type Refusal,
  stateForbids,
  versionNotCurrent,
  versionsExhausted,
} from './refusal.ts';

export const MAX_VERSION = 999;

/**
 * Same number: the next version. Another number: a new licence that replaces this one.
 * A licence whose data was lost has no number to compare: the change enters it again, as its next version.
 */
export function decideChange(
  identifier: string,
  licence: KnownLicence | undefined,
  sameNumber: KnownLicence | undefined,
  draft: Draft,
  now: Date,
): Plan | Refusal {
  if (!licence) return noSuchLicence(identifier);
  const refusal = refuseNextVersion(identifier, licence, Operation.CHANGE, now);
  if (refusal) return refusal;
  const { licenceId, newest, numberIndex } = licence;
  const base = { licenceId, revision: newest.revision, identifier: newest.identifier };
  const keepsNumber = numberIndex === undefined || numberIndex.equals(draft.numberIndex);
  if (sameNumber && sameNumber.licenceId !== licenceId) return numberTaken(sameNumber.newest.identifier);
  if (!keepsNumber) return planLicence(draft, Operation.ISSUE, base);
  const version = versionOf(newest.identifier) + 1;
  return version > MAX_VERSION
    ? versionsExhausted(newest.identifier)
    : planVersion(draft, Operation.CHANGE, base, version);
}

/** Whether a command that makes a new version of the licence's newest one may go on. */
export function refuseNextVersion(
  identifier: string,
  licence: KnownLicence,
  operation: Operation,
  now: Date,
): Refusal | undefined {
  const { newest } = licence;
  const current = versionOf(newest.identifier);
  if (versionOf(identifier) > current) return noSuchLicence(identifier);
  const transition = decideTransition(newest.state, operation, { expired: hasExpired(licence, now) });
  if (!transition.ok) return stateForbids(newest.identifier, transition.obstacle);
  return versionOf(identifier) < current ? versionNotCurrent(newest.identifier) : undefined;
}
