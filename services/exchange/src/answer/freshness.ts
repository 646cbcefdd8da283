import type { Freshness } from '@lianzheng/proto/exchange/v1/exchange';
import type { Clock } from '@lianzheng/runtime';
import { isFresh, type KnownUpTo, knownUpTo } from '../domain/freshness.ts';
import type { Clocks } from '../follow/clocks.ts';
import type { Copies } from '../follow/copies.ts';
import type { Former } from '../follow/former.ts';

/** How fresh this node's knowledge of a log is. */
export type FreshnessOf = {
  known(node: string, log: string): KnownUpTo;
  freshness(node: string, maxStalenessMs: number): Freshness;
};

export function createFreshness(options: {
  copies: Copies;
  former: Former;
  clocks: Clocks;
  clock: Clock;
}): FreshnessOf {
  const { copies, former, clocks, clock } = options;

  function known(node: string, log: string): KnownUpTo {
    const row = copies.find(node, log)?.state();
    const ended = former.state(node, log);
    const upTo = knownUpTo(
      {
        noteTimeMs: row?.noteTime?.getTime(),
        heardAtMs: row?.heardAt?.getTime(),
        clock: clocks.offset(node),
        stopped: (row !== undefined && row.stopped !== '') || ended === 'stopped',
      },
      clock.nowMs(),
    );
    return ended === 'missing' && upTo.reason === '' ? { ...upTo, reason: 'FORMER_GENERATION' } : upTo;
  }

  return {
    known,
    freshness(node, maxStalenessMs) {
      const row = copies.find(node, 'status')?.state();
      const upTo = known(node, 'status');
      const { fresh, reason, ageMs } = isFresh(upTo, clock.nowMs(), maxStalenessMs);
      return {
        node,
        generation: row?.generation ?? 0,
        size: BigInt(row?.size ?? 0),
        knownUpTo: upTo.knownUpToMs === undefined ? undefined : new Date(upTo.knownUpToMs),
        ageMs: BigInt(Math.round(ageMs)),
        fresh,
        staleReason: reason,
        fromHome: false,
      };
    },
  };
}

/** What the home node itself said just now. */
export function fromHome(node: string, readAt: Date): Freshness {
  return {
    node,
    generation: 0,
    size: 0n,
    knownUpTo: readAt,
    ageMs: 0n,
    fresh: true,
    staleReason: '',
    fromHome: true,
  };
}
