/** What is known of another node's clock: theirs minus ours. */
export type ClockOffset = { offsetMs: number; uncertaintyMs: number; measuredAtMs: number };

export type StaleReason =
  | 'NEVER_HEARD'
  | 'AGE'
  | 'CLOCK_OFFSET'
  | 'CLOCK_UNCERTAIN'
  | 'CLOCK_UNMEASURED'
  | 'CLOCK_AHEAD'
  | 'STOPPED'
  | 'FORMER_GENERATION'
  | 'HOME_UNREACHABLE'
  | '';

export type Knowledge = {
  /** Owner's time in the newest checkpoint whose size is applied. */
  noteTimeMs: number | undefined;
  /** When that checkpoint was verified here. */
  heardAtMs: number | undefined;
  clock: ClockOffset | undefined;
  stopped: boolean;
};

export type KnownUpTo = { knownUpToMs: number | undefined; reason: StaleReason };

/** Answers do not rely on a clock that is further off. */
export const MAX_OFFSET_MS = 60_000;
const MAX_UNCERTAINTY_MS = 2_000;
const MAX_MEASUREMENT_AGE_MS = 600_000;

/**
 * Up to when a copy is known, in this node's time (logs.md §6): the checkpoint's time less the owner's offset, less the
 * uncertainty. `reason` says why the clocks do not allow to rely on it.
 */
export function knownUpTo({ noteTimeMs, heardAtMs, clock, stopped }: Knowledge, nowMs: number): KnownUpTo {
  if (noteTimeMs === undefined || heardAtMs === undefined)
    return { knownUpToMs: undefined, reason: 'NEVER_HEARD' };
  if (!clock) return { knownUpToMs: noteTimeMs, reason: stopped ? 'STOPPED' : 'CLOCK_UNMEASURED' };
  const correctedMs = noteTimeMs - clock.offsetMs;
  return {
    knownUpToMs: correctedMs - clock.uncertaintyMs,
    reason: stopped ? 'STOPPED' : clockReason(clock, correctedMs, heardAtMs, nowMs),
  };
}

function clockReason(clock: ClockOffset, correctedMs: number, heardAtMs: number, nowMs: number): StaleReason {
  if (Math.abs(clock.offsetMs) > MAX_OFFSET_MS) return 'CLOCK_OFFSET';
  if (clock.uncertaintyMs > MAX_UNCERTAINTY_MS) return 'CLOCK_UNCERTAIN';
  if (nowMs - clock.measuredAtMs > MAX_MEASUREMENT_AGE_MS) return 'CLOCK_UNMEASURED';
  if (correctedMs - clock.uncertaintyMs > heardAtMs) return 'CLOCK_AHEAD';
  return '';
}

/** Whether knowledge satisfies the accepted staleness, and if not, why. */
export function isFresh(
  known: KnownUpTo,
  nowMs: number,
  maxStalenessMs: number,
): { fresh: boolean; reason: StaleReason; ageMs: number } {
  const ageMs = known.knownUpToMs === undefined ? 0 : Math.max(0, nowMs - known.knownUpToMs);
  if (known.reason) return { fresh: false, reason: known.reason, ageMs };
  return ageMs <= maxStalenessMs
    ? { fresh: true, reason: '', ageMs }
    : { fresh: false, reason: 'AGE', ageMs };
}

/**
 * The measurement of one round trip: half of it is the uncertainty, also where our own clock was set back meanwhile. Clocks
 * in milliseconds.
 */
export function measureOffset(sentMs: number, theirsMs: number, receivedMs: number): ClockOffset {
  const uncertaintyMs = Math.ceil(Math.abs(receivedMs - sentMs) / 2) + 1;
  return {
    offsetMs: Math.round(theirsMs - (sentMs + receivedMs) / 2),
    uncertaintyMs,
    measuredAtMs: receivedMs,
  };
}

/** Theirs measured by somebody whose own clock we measured: offsets and uncertainties add up. */
export function throughThird(third: ClockOffset, theirs: ClockOffset): ClockOffset {
  return {
    offsetMs: third.offsetMs + theirs.offsetMs,
    uncertaintyMs: third.uncertaintyMs + theirs.uncertaintyMs,
    measuredAtMs: Math.min(third.measuredAtMs, theirs.measuredAtMs),
  };
}
