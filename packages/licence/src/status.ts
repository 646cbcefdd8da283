import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceState, type StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { shanghaiDay } from './day.ts';

/** What of a status leaf an answer depends on; a StatusBody is one. */
export type StatusEntry = Pick<
  StatusBody,
  'identifier' | 'revision' | 'state' | 'validFrom' | 'validTo' | 'effectiveAt' | 'recordedAt'
>;

export interface StatusQuestion {
  /** Clock of whoever answers; decides which day it is. */
  readonly now: Date;
  /** As it was at this instant; undefined = now, whatever the clock of the home node says. */
  readonly asOf?: Date;
}

export interface LicenceAnswer<E extends StatusEntry = StatusEntry> {
  readonly status: LicenceStatus;
  /** Identifier of the newest version whose first valid day has come, when that is not the one asked for; else ''. */
  readonly supersededBy: string;
  readonly state: LicenceState;
  /** Of the licence (all versions), not of the version asked for. */
  readonly revision: number;
  /** Of the version asked for, YYYY-MM-DD; '' = 长期. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Of the entry that gave the licence its state. */
  readonly effectiveAt: Date | undefined;
  readonly recordedAt: Date | undefined;
  /** The entry that gave the licence its state. */
  readonly newest: E;
  /** The newest entry about the version asked for: its validity, forms and digests. */
  readonly ofVersion: E;
}

const BY_STATE: ReadonlyMap<LicenceState, LicenceStatus> = new Map<LicenceState, LicenceStatus>([
  [LicenceState.VOID, LicenceStatus.VOID],
  [LicenceState.ANNULLED, LicenceStatus.ANNULLED],
  [LicenceState.REVOKED, LicenceStatus.REVOKED],
  [LicenceState.WITHDRAWN, LicenceStatus.WITHDRAWN],
  [LicenceState.CANCELLED, LicenceStatus.CANCELLED],
]);

/**
 * The status of a licence identifier by the precedence of logs.md §7: void, revoked, cancelled, superseded,
 * suspended, not yet valid, expired, valid. `history` holds the entries of one licence (type, issuer, serial),
 * all versions, in order of revision. Undefined = there was no such version then.
 */
export function statusAt<E extends StatusEntry>(
  history: readonly E[],
  identifier: string,
  { now, asOf }: StatusQuestion,
): LicenceAnswer<E> | undefined {
  const entries = asOf === undefined ? history : history.filter((entry) => isEffective(entry, asOf));
  const newest = entries.at(-1);
  const ofVersion = entries.findLast((entry) => entry.identifier === identifier);
  if (!newest || !ofVersion) return undefined;
  const day = shanghaiDay(asOf ?? now);
  const supersededBy = entries.length === 1 ? '' : supersedingVersion(entries, identifier, day);
  return {
    status: statusOf(newest.state, supersededBy !== '', ofVersion, day),
    supersededBy,
    state: newest.state,
    revision: newest.revision,
    validFrom: ofVersion.validFrom,
    validTo: ofVersion.validTo,
    effectiveAt: newest.effectiveAt,
    recordedAt: newest.recordedAt,
    newest,
    ofVersion,
  };
}

/** Version of an identifier that is known to be one. */
export function versionOf(identifier: string): number {
  return Number(identifier.slice(-5, -2));
}

function isEffective(entry: StatusEntry, at: Date): boolean {
  return entry.effectiveAt === undefined || entry.effectiveAt <= at;
}

/** State is the licence's; validity is each version's, as its newest entry says. */
function supersedingVersion(entries: readonly StatusEntry[], identifier: string, day: string): string {
  const latest = new Map(entries.map((entry) => [entry.identifier, entry]));
  let found = identifier;
  for (const [id, { validFrom }] of latest) {
    if (versionOf(id) > versionOf(found) && validFrom <= day) found = id;
  }
  return found === identifier ? '' : found;
}

function statusOf(
  state: LicenceState,
  superseded: boolean,
  version: StatusEntry,
  day: string,
): LicenceStatus {
  const ended = BY_STATE.get(state);
  if (ended !== undefined) return ended;
  if (superseded) return LicenceStatus.SUPERSEDED;
  if (state === LicenceState.SUSPENDED) return LicenceStatus.SUSPENDED;
  if (state !== LicenceState.IN_FORCE) return LicenceStatus.UNSPECIFIED;
  if (version.validFrom > day) return LicenceStatus.NOT_YET_VALID;
  if (version.validTo !== '' && version.validTo < day) return LicenceStatus.EXPIRED;
  return LicenceStatus.VALID;
}
