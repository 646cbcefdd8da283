import { decideTransition, versionOf } from '@lianzheng/licence';
import type { Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { hasExpired, type KnownLicence } from './known-licence.ts';
import { noSuchLicence, type Refusal, stateForbids } from './refusal.ts';
import { nextBody, type Times } from './status-body.ts';

/** Suspend, resume, the endings and void: another state, the same version. Any version's identifier names the licence. */
export function decideStatus(
  identifier: string,
  licence: KnownLicence | undefined,
  { operation, reasonCode }: { readonly operation: Operation; readonly reasonCode: string },
  times: Times,
): StatusBody | Refusal {
  if (!licence || versionOf(identifier) > versionOf(licence.newest.identifier))
    return noSuchLicence(identifier);
  const { newest } = licence;
  const transition = decideTransition(newest.state, operation, { expired: hasExpired(licence, times.now) });
  if (!transition.ok) return stateForbids(newest.identifier, transition.obstacle);
  return nextBody(newest, { operation, state: transition.state, reasonCode }, times);
}
