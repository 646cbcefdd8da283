import { REPLACED } from '@lianzheng/licence';
import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Context } from './context.ts';
import type { Plan } from './domain/plan.ts';
import { nextBody } from './domain/status-body.ts';
import { logRecovering } from './read-guard.ts';
import { licenceBusy } from './refused.ts';
import type { ClaimItem } from './rounds/claims.ts';
import type { VersionEffect } from './rounds/entries.ts';
import type { Effects, Moved, WriteItem, Written } from './rounds/writes.ts';
import { identityOf } from './store/identity.ts';
import { type Answer, asMoved } from './store/requests.ts';
import { holderQueries, signedBody, versionEffect } from './version-effect.ts';

export type SignedOutcome =
  /** The request was answered before. */
  | { readonly answer: Answer }
  /** `written`: the new version last, before it what it replaced. */
  | { readonly written: readonly Written[]; readonly jws: string };

/** So often another command may come between; each time everything is decided anew. */
const MAX_ATTEMPTS = 8;

/**
 * A command that makes a document: its intent is written down, then it is signed, then everything commits together.
 * Dying in between leaves an intent only, and the same request goes on from it.
 */
export async function carryOutSigned(
  { claims, signing, writes, relay }: Context,
  item: ClaimItem,
): Promise<SignedOutcome> {
  const { issuerCode: departmentCode, traceparent } = item.command;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const claim = await claims.call(item).catch(asMoved);
    if (claim === 'moved') continue;
    if ('answer' in claim) return claim;
    const { plan } = claim;
    const [jws, indices] = await Promise.all([
      signing.sign({ departmentCode, payload: plan.payload, traceparent }),
      signing.index({ queries: holderQueries(plan), traceparent }),
    ]);
    // The intent stands; the same request goes on from it once the log is in order.
    if (!relay.ready()) throw logRecovering();
    const outcome = await writes.call(writeOf(item, plan, versionEffect(jws, indices))).catch(asMoved);
    if (outcome !== 'moved') return 'answer' in outcome ? outcome : { ...outcome, jws };
  }
  throw licenceBusy();
}

function writeOf({ command }: ClaimItem, plan: Plan, version: VersionEffect): WriteItem {
  const changed = plan.base ? plan.body.identifier : plan.body.replaces[0];
  const identity = changed === undefined ? undefined : identityOf(changed);
  const decided = plan.base ?? plan.replaced;
  return {
    command,
    licences: identity ? [identity] : [],
    decide(locked, now): Effects | Moved {
      const times = { decidedAt: command.header.decidedAt, now };
      const body = signedBody(plan, version, times);
      const { numberIndex } = plan;
      const created = {
        licence: { ...identityOf(body.identifier), numberIndex, revision: body.revision },
        body,
        version,
      };
      if (!identity) return { changes: [], created };
      const licence = locked(identity);
      if (!licence || licence.newest.revision !== decided?.revision) return 'moved';
      if (plan.base) return { changes: [{ licence, body, version, numberIndex }] };
      const ending = {
        operation: Operation.CANCEL,
        state: LicenceState.CANCELLED,
        reasonCode: REPLACED,
      };
      return { changes: [{ licence, body: nextBody(licence.newest, ending, times) }], created };
    },
  };
}
