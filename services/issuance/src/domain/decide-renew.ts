import { versionOf } from '@lianzheng/licence';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { MAX_VERSION, refuseNextVersion } from './decide-change.ts';
import { type Draft, planVersion } from './draft.ts';
import type { KnownLicence } from './known-licence.ts';
import type { Plan } from './plan.ts';
import { dataLost, noSuchLicence, type Refusal, versionsExhausted } from './refusal.ts';

/** The next version with another term; `draft` makes it from the data of the version before, undefined when that is gone. */
export function decideRenew(
  identifier: string,
  licence: KnownLicence | undefined,
  draft: () => Draft | undefined,
  now: Date,
): Plan | Refusal {
  if (!licence) return noSuchLicence(identifier);
  const refusal = refuseNextVersion(identifier, licence, Operation.RENEW, now);
  if (refusal) return refusal;
  const { licenceId, newest } = licence;
  const version = versionOf(newest.identifier) + 1;
  if (version > MAX_VERSION) return versionsExhausted(newest.identifier);
  const base = { licenceId, revision: newest.revision, identifier: newest.identifier };
  const renewed = draft();
  return renewed ? planVersion(renewed, Operation.RENEW, base, version) : dataLost(newest.identifier);
}
