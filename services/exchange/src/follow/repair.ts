import type { Database } from '@lianzheng/db';
import type { GetEntriesResponse } from '@lianzheng/proto/log/v1/log';
import type { Logger } from '@lianzheng/runtime';
import type { Peers } from '../ask/peers.ts';
import { countRepair } from '../store/followed-log.ts';
import { checkpointItem, entryItem, type LogCopy, type Offered } from './log-copy.ts';
import { readAhead } from './read-ahead.ts';

export type Repairs = {
  /**
   * Fetches what is missing up to a size, from the owner or through the province, and offers it like any record. One
   * repair of a log at a time. Resolves with whether the size was reached.
   */
  mend(copy: LogCopy, gapTo: number | undefined, missing?: readonly number[]): Promise<boolean>;
};

const CHUNK = 4_000;

/** Farther behind than this a snapshot's stream serves better than questions: more is on its way during a commit. */
export const FAR_BEHIND = 20_000;
/** As long as a server lets a snapshot last; what is missing then is asked for anew. */
const SNAPSHOT_MS = 3_600_000;

export function createRepairs(options: { database: Database; peers: Peers; logger: Logger }): Repairs {
  const { database, peers, logger } = options;
  const running = new Map<LogCopy, Promise<boolean>>();

  async function mendNow(copy: LogCopy, gapTo: number, missing: readonly number[]): Promise<boolean> {
    const found = await fetchCheckpoints(copy, missing);
    let mended = 0;
    while (copy.state().size < gapTo && copy.state().stopped === '') {
      const { size } = copy.state();
      mended +=
        gapTo - size > FAR_BEHIND
          ? await fetchSnapshot(copy, size)
          : ((await fetchRange(copy, size, CHUNK))?.verified ?? 0);
      if (copy.state().size === size) break;
    }
    // An attempt that brought nothing is no repair.
    if (mended > 0 || found > 0) {
      await database.tx((tx) => countRepair(tx, copy.logId(), mended));
      copy.repaired(mended);
    }
    return copy.state().size >= gapTo;
  }

  /** Each names the one before it, so that a longer gap is followed back to its beginning. Returns how many came. */
  async function fetchCheckpoints(copy: LogCopy, missing: readonly number[]): Promise<number> {
    let found = 0;
    for (const size of missing) {
      const asked = new Set<number>();
      for (let next: number | undefined = size; next !== undefined && !asked.has(next); ) {
        asked.add(next);
        const answer = await ask(copy, next - 1, 1);
        const offered = answer && (await copy.offer(answer.checkpoints.map(checkpointItem)));
        found += answer?.checkpoints.length ?? 0;
        next = offered?.missing[0];
      }
    }
    return found;
  }

  async function fetchRange(copy: LogCopy, from: number, limit: number): Promise<Offered | undefined> {
    const answer = await ask(copy, from, limit);
    return answer && copy.offer(itemsOf(answer));
  }

  /** All from a sequence on, until the stream ends or something in it does not fit. Returns how many entries were verified. */
  async function fetchSnapshot(copy: LogCopy, from: number): Promise<number> {
    const peer = peers.towards(copy.log.node);
    if (!peer) return 0;
    const ahead = readAhead(copy);
    const request = { log: copy.log, from: BigInt(from) };
    try {
      for await (const chunk of peer.log.getSnapshot(request, { deadlineMs: SNAPSHOT_MS })) {
        peers.ended(peer.node, true);
        if (!(await ahead.add(itemsOf(chunk)))) break;
      }
    } catch (error) {
      peers.ended(peer.node, false);
      logger.info({ ...copy.log, from, err: error }, 'repair: the snapshot broke off');
    }
    return ahead.end();
  }

  async function ask(copy: LogCopy, from: number, limit: number): Promise<GetEntriesResponse | undefined> {
    const peer = peers.towards(copy.log.node);
    if (!peer) return undefined;
    try {
      const answer = await peer.log.getEntries(
        { log: copy.log, from: BigInt(from), limit, waitMs: 0, afterTime: undefined },
        { deadlineMs: 10_000 },
      );
      peers.ended(peer.node, true);
      return answer;
    } catch (error) {
      peers.ended(peer.node, false);
      logger.info({ ...copy.log, from, err: error }, 'repair: peer did not answer');
      return undefined;
    }
  }

  return {
    mend(copy, gapTo, missing = []) {
      const under = running.get(copy);
      if (under) return under;
      const repair = mendNow(copy, gapTo ?? 0, missing).finally(() => running.delete(copy));
      running.set(copy, repair);
      return repair;
    },
  };
}

/** Entries and checkpoints of an answer in the order in which they verify. */
export function itemsOf({ entries, checkpoints }: Pick<GetEntriesResponse, 'entries' | 'checkpoints'>) {
  return [...entries.map(entryItem), ...checkpoints.map(checkpointItem)];
}
