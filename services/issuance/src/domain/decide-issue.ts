import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { type Draft, planLicence } from './draft.ts';
import type { KnownLicence } from './known-licence.ts';
import type { Plan } from './plan.ts';
import { numberTaken, type Refusal } from './refusal.ts';

/** `sameNumber`: the licence of this type and issuer with the number, or with the serial that the number would be. */
export function decideIssue(sameNumber: KnownLicence | undefined, draft: Draft): Plan | Refusal {
  return sameNumber ? numberTaken(sameNumber.newest.identifier) : planLicence(draft, Operation.ISSUE);
}
