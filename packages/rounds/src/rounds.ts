export type Rounds<I, O> = {
  /** Joins the next round; settles with this item's own outcome. */
  call(item: I): Promise<O>;
  /** Resolves when nothing waits and no round is under way. */
  drain(): Promise<void>;
  /** Items that wait for a round; those under way are not counted. */
  readonly depth: number;
};

export type RoundsOptions<I, O> = {
  /** Most items of one round. */
  maxItems: number;
  /** Most rounds under way at once. */
  maxInFlight?: number;
  /** Least time from the start of one round to that of the next: under load fewer and larger ones. Default 0. */
  spacingMs?: number;
  /** One outcome per item, in their order. An Error fails that caller only; a throw fails all of the round. */
  run: (items: I[]) => Promise<(O | Error)[]>;
};

type Waiting<I, O> = { item: I; resolve: (outcome: O) => void; reject: (error: unknown) => void };

/**
 * Lets calls in flight share rounds (one query, one insert, one signature for many callers). While fewer than
 * `maxInFlight` rounds are under way a call starts one at once; whatever arrives meanwhile forms the next. So an idle
 * system adds no delay, and a busy one makes larger rounds; where a round costs much whatever its size, `spacingMs` makes
 * them larger still.
 */
export function createRounds<I, O>(options: RoundsOptions<I, O>): Rounds<I, O> {
  const { maxItems, maxInFlight = 2, spacingMs = 0, run } = options;
  let waiting: Waiting<I, O>[] = [];
  let inFlight = 0;
  let idle: (() => void)[] = [];
  let notBeforeMs = 0;
  let waitsForTime = false;

  function startRounds(): void {
    while (inFlight < maxInFlight && waiting.length > 0) {
      const tooEarlyMs = spacingMs === 0 ? 0 : notBeforeMs - performance.now();
      if (tooEarlyMs > 0) return startAfter(tooEarlyMs);
      notBeforeMs = performance.now() + spacingMs;
      const round = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      inFlight += 1;
      void runRound(round, run).then(ended);
    }
  }

  function startAfter(ms: number): void {
    if (waitsForTime) return;
    waitsForTime = true;
    setTimeout(() => {
      waitsForTime = false;
      startRounds();
    }, ms);
  }

  function ended(): void {
    inFlight -= 1;
    startRounds();
    if (inFlight > 0 || waiting.length > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  }

  return {
    call: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // Not at once: whatever the event loop has read by now shares a round.
        if (waiting.length === 1) setImmediate(startRounds);
      }),
    drain: () =>
      new Promise((resolve) => {
        if (inFlight === 0 && waiting.length === 0) resolve();
        else idle.push(resolve);
      }),
    get depth() {
      return waiting.length;
    },
  };
}

/** Settles every caller of the round; never rejects. */
async function runRound<I, O>(round: Waiting<I, O>[], run: RoundsOptions<I, O>['run']): Promise<void> {
  try {
    const outcomes = await run(round.map(({ item }) => item));
    if (outcomes.length !== round.length)
      throw new Error(`a round of ${round.length} items gave ${outcomes.length} outcomes`);
    round.forEach(({ resolve, reject }, i) => {
      const outcome = outcomes[i]!;
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
  } catch (error) {
    for (const { reject } of round) reject(error);
  }
}
