import type { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { decideStatus } from './domain/decide-status.ts';
import { isRefusal } from './domain/refusal.ts';
import { licenceBusy } from './refused.ts';
import type { WriteItem, Written } from './rounds/writes.ts';
import { identityOf } from './store/identity.ts';
import { type Answer, asMoved } from './store/requests.ts';

export type StatusOutcome = { readonly answer: Answer } | { readonly written: Written };

/** Commands on one licence take turns; each round lets one of them through. */
const MAX_ATTEMPTS = 64;

/** A command that changes the state only: no document, so it works also while the signature service is away. */
export async function carryOutStatus(
  { writes }: Context,
  command: Command,
  identifier: string,
  change: { readonly operation: Operation; readonly reasonCode: string },
): Promise<StatusOutcome> {
  const identity = identityOf(identifier);
  const item: WriteItem = {
    command,
    licences: [identity],
    decide(locked, now) {
      const licence = locked(identity);
      const times = { decidedAt: command.header.decidedAt, now };
      const outcome = decideStatus(identifier, licence, change, times);
      // It refuses where there is no licence.
      return isRefusal(outcome) ? outcome : { changes: [{ licence: licence!, body: outcome }] };
    },
  };
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const outcome = await writes.call(item).catch(asMoved);
    if (outcome !== 'moved') return 'answer' in outcome ? outcome : { written: outcome.written[0]! };
  }
  throw licenceBusy();
}
