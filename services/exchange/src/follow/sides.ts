import type { Database } from '@lianzheng/db';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import { type Logger, type LoopResult, startLoop } from '@lianzheng/runtime';
import type { Peers } from '../ask/peers.ts';
import { effectsOf } from '../domain/effects.ts';
import { readEntries } from '../store/copy.ts';
import { insertEffects } from '../store/effects.ts';
import {
  listSideMissing,
  lockMissingHolders,
  type MissingSide,
  putHolders,
  setHolderKey,
} from '../store/side.ts';
import type { Copies } from './copies.ts';
import type { LogCopy } from './log-copy.ts';

export type SidesOptions = { database: Database; copies: Copies; peers: Peers; logger: Logger };

const AT_ONCE = 100;

/** Lookup data that is missing or does not fit its commitment is fetched (logs.md §1), some entries at a time. */
export function followSides(options: SidesOptions): { stop(): Promise<void> } {
  const round = sideRounds(options);
  return startLoop({
    name: 'sides',
    idleMs: 10_000,
    run: round,
    onError: (error) => options.logger.warn({ err: error }, 'fetching lookup data failed'),
  });
}

/** Each round goes on behind the one before, so that what nobody has does not hold up the rest. */
export function sideRounds(options: SidesOptions): (signal: AbortSignal) => Promise<LoopResult> {
  const { database, copies } = options;
  const beginning: MissingSide = { logId: 0, sequence: -1 };
  let after = beginning;
  return async (signal) => {
    const missing = await database.read((reader) => listSideMissing(reader, after, AT_ONCE));
    for (const one of missing) {
      const copy = copies.all().find((it) => it.logId() === one.logId);
      if (copy && !signal.aborted) await mendOne(options, copy, one);
    }
    const more = missing.length === AT_ONCE;
    after = more ? missing.at(-1)! : beginning;
    return more ? 'again' : 'idle';
  };
}

async function mendOne(options: SidesOptions, copy: LogCopy, missing: MissingSide): Promise<void> {
  const { database } = options;
  const { sequence } = missing;
  const told = await askFor(options, copy, sequence);
  const [held] = await database.read((reader) => readEntries(reader, missing.logId, sequence, sequence + 1));
  if (!told || !held?.leaf.equals(told.leaf)) return;
  await database.tx(async (tx) => {
    const wanted = await lockMissingHolders(tx, missing);
    const unfit = missingBeside({ ...held, holders: told.holders });
    const found = told.holders.filter(({ number }) => wanted.includes(number) && !unfit.includes(number));
    if (found.length === 0) return;
    const holders = await putHolders(tx, missing, found);
    const effects = effectsOf([{ ...held, holders }]);
    await setHolderKey(tx, missing, effects.keys[0]?.holder ?? null);
    await insertEffects(tx, missing.logId, { ...effects, notUnderstood: [], sideMissing: [], erased: [] });
  });
}

function missingBeside(entry: Parameters<typeof effectsOf>[0][number]): number[] {
  return effectsOf([entry]).sideMissing.map(({ holderNumber }) => holderNumber);
}

async function askFor(
  { peers, logger }: SidesOptions,
  copy: LogCopy,
  sequence: number,
): Promise<Entry | undefined> {
  const peer = peers.towards(copy.log.node);
  try {
    const request = { log: copy.log, from: BigInt(sequence), limit: 1, waitMs: 0, afterTime: undefined };
    const answer = await peer?.log.getEntries(request, { deadlineMs: 5_000 });
    return answer?.entries.find((entry) => Number(entry.sequence) === sequence);
  } catch (error) {
    logger.info({ ...copy.log, sequence, err: error }, 'lookup data: peer did not answer');
    return undefined;
  }
}
