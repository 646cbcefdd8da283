import { type Database, type Tx, together } from '@lianzheng/db';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { createRounds } from '@lianzheng/rounds';
import type { Clock } from '@lianzheng/runtime';
import type { Command } from '../command.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { refused, requestIdReused } from '../refused.ts';
import { type Identity, keyOf } from '../store/identity.ts';
import { type LicenceRow, lockLicences, type NewLicence } from '../store/licences.ts';
import { type Answer, findRequests, type RequestKey, requestKey } from '../store/requests.ts';
import { carryOut } from './carry-out.ts';
import type { SealJws, VersionEffect } from './entries.ts';
import { isolating } from './isolating.ts';

/** A command that is ready to be carried out: it is decided under the lock, and everything commits together. */
export interface WriteItem {
  readonly command: Command;
  /** Existing licences that it changes. */
  readonly licences: readonly Identity[];
  /** `now` is the recorded time. */
  decide(locked: (identity: Identity) => LicenceRow | undefined, now: Date): Effects | Refusal | Moved;
}

/** What was decided does not hold any more, or another command of the round has the licence: prepare it again. */
export type Moved = 'moved';

export interface Effects {
  /** An entry about an existing licence, with the holders of its newest version or those of a new one. */
  readonly changes: readonly {
    readonly licence: LicenceRow;
    readonly body: StatusBody;
    readonly version?: VersionEffect;
    readonly numberIndex?: Buffer;
  }[];
  /** A licence that is new; its identifier may be taken meanwhile. */
  readonly created?: {
    readonly licence: NewLicence;
    readonly body: StatusBody;
    readonly version: VersionEffect;
  };
}

export interface Written {
  readonly body: StatusBody;
  /** Of an existing licence: as it was before. */
  readonly before: LicenceRow | undefined;
}

export type WriteOutcome =
  | Moved
  | { readonly answer: Answer }
  /** In the order of the effects, what was created last. */
  | { readonly written: readonly Written[] };

export interface WriteOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealJws: SealJws;
  /** After entries were committed. */
  committed(): void;
}

export type Writes = ReturnType<typeof createWrites>;

export function createWrites(options: WriteOptions) {
  return createRounds<WriteItem, WriteOutcome>({
    maxItems: 256,
    maxInFlight: 1,
    run: isolating(async (items) => {
      const outcomes = await options.database.tx((tx) => write(tx, items, options), {
        retrySerialization: 3,
      });
      options.committed();
      return outcomes;
    }),
  });
}

/** What came out of the decisions: effects still to be carried out. */
export type Decided = Effects | Answer | Moved | Error;

async function write(
  tx: Tx,
  items: readonly WriteItem[],
  options: WriteOptions,
): Promise<(WriteOutcome | Error)[]> {
  const now = options.clock.now();
  const identities = items.flatMap(({ licences }) => licences);
  const [locked, requests] = await together([
    lockLicences(tx, identities),
    findRequests(tx, items.map(requestOf)),
  ]);
  const byKey = new Map(locked.map((row) => [keyOf(row), row]));
  const busy = new Set<string>();
  const decided = items.map((item): Decided => {
    const request = requestKey(requestOf(item));
    const known = requests.get(request);
    if (known && !known.digest.equals(item.command.digest)) return requestIdReused(known.requestId);
    if (known?.answer) return known.answer;
    // One command a licence and a request in each round: the next round's lock shows what this one did.
    const touches = [request, ...item.licences.map(keyOf)];
    if (touches.some((key) => busy.has(key))) return 'moved';
    const outcome = item.decide((identity) => byKey.get(keyOf(identity)), now);
    if (outcome === 'moved') return outcome;
    if (isRefusal(outcome)) return refused(outcome);
    for (const key of touches) busy.add(key);
    return outcome;
  });
  return carryOut(tx, items, decided, now, options.sealJws);
}

export function requestOf({ command }: WriteItem): RequestKey {
  return { issuerCode: command.issuerCode, requestId: command.header.requestId };
}
