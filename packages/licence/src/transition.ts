import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';

/** What leads to what (interfaces.md §2). `from` undefined = there is no such licence yet. */
export type Transition =
  | { readonly ok: true; readonly state: LicenceState }
  /** `obstacle` names the state that forbids it: a LicenceState, NONE or EXPIRED. */
  | { readonly ok: false; readonly obstacle: string };

export interface TransitionContext {
  /** The last valid day of the newest version has passed: only then does it matter that the state is IN_FORCE still. */
  readonly expired?: boolean;
}

const { IN_FORCE, SUSPENDED, CANCELLED, ANNULLED, REVOKED, WITHDRAWN, VOID } = LicenceState;
const LIVING: readonly LicenceState[] = [IN_FORCE, SUSPENDED];
/** Void says that it was made in error, so it needs no ending before it, and undoes every one. */
const NOT_VOID: readonly LicenceState[] = [...LIVING, CANCELLED, ANNULLED, REVOKED, WITHDRAWN];

interface Rule {
  readonly from: readonly LicenceState[];
  /** Undefined = the state stays. */
  readonly to: LicenceState | undefined;
  readonly evenExpired: boolean;
}

const RULES: ReadonlyMap<Operation, Rule> = new Map<Operation, Rule>([
  [Operation.CHANGE, { from: [IN_FORCE], to: IN_FORCE, evenExpired: false }],
  [Operation.RENEW, { from: [IN_FORCE], to: IN_FORCE, evenExpired: true }],
  [Operation.SUSPEND, { from: [IN_FORCE], to: SUSPENDED, evenExpired: false }],
  [Operation.RESUME, { from: [SUSPENDED], to: IN_FORCE, evenExpired: true }],
  // A licence that ran out is cancelled in law, so endings ask for no valid day.
  [Operation.CANCEL, { from: LIVING, to: CANCELLED, evenExpired: true }],
  [Operation.ANNUL, { from: LIVING, to: ANNULLED, evenExpired: true }],
  [Operation.REVOKE, { from: LIVING, to: REVOKED, evenExpired: true }],
  [Operation.WITHDRAW, { from: LIVING, to: WITHDRAWN, evenExpired: true }],
  [Operation.VOID, { from: NOT_VOID, to: VOID, evenExpired: true }],
  [Operation.DOCUMENT, { from: LIVING, to: undefined, evenExpired: true }],
]);

/** The state after `operation`, or what stands in its way. */
export function decideTransition(
  from: LicenceState | undefined,
  operation: Operation,
  { expired = false }: TransitionContext = {},
): Transition {
  if (from === undefined) {
    return operation === Operation.ISSUE ? { ok: true, state: IN_FORCE } : { ok: false, obstacle: 'NONE' };
  }
  const rule = RULES.get(operation);
  if (!rule?.from.includes(from)) return { ok: false, obstacle: stateName(from) };
  if (expired && !rule.evenExpired) return { ok: false, obstacle: 'EXPIRED' };
  return { ok: true, state: rule.to ?? from };
}

const STATE_NAMES = new Map(Object.entries(LicenceState).map(([name, value]) => [value, name]));
const STATES: ReadonlySet<number> = new Set(NOT_VOID).add(VOID);

function stateName(state: LicenceState): string {
  return STATE_NAMES.get(state) ?? String(state);
}

/** Whether this release knows the operation and the state; an unknown value of a critical leaf is not understood (logs.md §1). */
export function isUnderstood(entry: { readonly operation: number; readonly state: number }): boolean {
  const operation = entry.operation as Operation;
  return STATES.has(entry.state) && (operation === Operation.ISSUE || RULES.has(operation));
}
