import type { Item } from './judge.ts';
import type { LogCopy } from './log-copy.ts';

/** Items that may wait while the database commits those before them: some megabytes. */
const MOST_AHEAD = 8_000;

/** Offers a stream of items to a copy, while more of it arrives. */
export type ReadAhead = {
  /** False when nothing more can be used: something did not fit, or the log was stopped. */
  add(items: Item[]): Promise<boolean>;
  /** Offers what is left; resolves with how many entries were verified in all. Throws what a commit threw. */
  end(): Promise<number>;
};

/** One offer at a time is under way; all that came meanwhile makes the next, so that slow commits become larger ones. */
export function readAhead(copy: LogCopy): ReadAhead {
  let ahead: Item[] = [];
  let underWay: Promise<void> | undefined;
  let verified = 0;
  let fits = true;
  let failure: { error: unknown } | undefined;

  async function offer(): Promise<void> {
    const items = ahead;
    ahead = [];
    const offered = await copy.offer(items);
    verified += offered.verified;
    fits = offered.gapTo === undefined && copy.state().stopped === '';
  }

  function begin(): void {
    underWay = offer()
      .catch((error) => {
        failure = { error };
        fits = false;
      })
      .finally(() => {
        underWay = undefined;
      });
  }

  return {
    async add(items) {
      ahead.push(...items);
      if (underWay && ahead.length >= MOST_AHEAD) await underWay;
      if (!underWay && fits) begin();
      return fits;
    },
    async end() {
      await underWay;
      if (failure) throw failure.error;
      if (fits && ahead.length > 0) await offer();
      return verified;
    },
  };
}
