import type { Database, Tx } from '@lianzheng/db';
import { encodeSide, readLeaf } from '@lianzheng/log';
import { leafHash, rootFromTiles } from '@lianzheng/merkle';
import type { Verifier } from '@lianzheng/note';
import { type HolderSide, LogRecord } from '@lianzheng/proto/log/v1/log';
import type { Clock, Logger } from '@lianzheng/runtime';
import { effectsOf } from '../domain/effects.ts';
import { raiseAlarm } from '../store/alarms.ts';
import { copyTiles, insertEntries, keepCheckpoints } from '../store/copy.ts';
import { insertEffects } from '../store/effects.ts';
import {
  addNoise,
  advanceLog,
  CopyMoved,
  type FollowedLog,
  openFollowedLog,
  stopLog,
} from '../store/followed-log.ts';
import { insertForeign } from '../store/foreign.ts';
import {
  type FollowedEntry,
  type Item,
  type JudgeContext,
  judge,
  type Position,
  type Verdict,
} from './judge.ts';
import { stopAlarm } from './stop-alarm.ts';

export type LogCopyOptions = {
  database: Database;
  log: { node: string; log: string; generation: number };
  verifiers(size: number): Verifier[];
  proveConsistency?: JudgeContext['proveConsistency'];
  /** Issuers of entries that the registry does not assign to this log's owner (only for status logs). */
  foreignIssuers?(
    issuers: { sequence: number; issuerCode: string }[],
  ): { sequence: number; issuerCode: string }[];
  clock: Clock;
  logger: Logger;
  /** After a commit: something new answers. */
  onApplied?(applied: { logId: number; entries: FollowedEntry[]; size: number; notUnderstood: number }): void;
};

export type Offered = { gapTo: number | undefined; missing: number[]; keyUnknown: boolean; verified: number };

/** The copy of one log: offers are judged one after another, and what is verified commits with the cursor. */
export type LogCopy = {
  readonly log: { node: string; log: string; generation: number };
  logId(): number;
  state(): FollowedLog;
  /** `alongside` commits in the same transaction, also when nothing was verified. */
  offer(items: Item[], alongside?: (tx: Tx, pending: boolean) => Promise<void>): Promise<Offered>;
  /** True while entries wait for a checkpoint. */
  pending(): boolean;
  /** A repair ended; for the links. */
  repaired(entries: number): void;
};

export async function openLogCopy(options: LogCopyOptions): Promise<LogCopy> {
  const { database, log, clock, logger } = options;
  let row = await database.tx((tx) => openFollowedLog(tx, log));
  let pending: FollowedEntry[] = [];
  let queue: Promise<unknown> = Promise.resolve();

  const context: JudgeContext = {
    log,
    verifiers: options.verifiers,
    proveConsistency: options.proveConsistency,
    rootAt: (size) =>
      rootFromTiles(
        size,
        copyTiles((fn) => database.read(fn), row.logId),
      ),
  };

  async function offerNow(
    items: Item[],
    alongside?: (tx: Tx, pending: boolean) => Promise<void>,
  ): Promise<Offered> {
    if (row.stopped) {
      if (alongside) await database.tx((tx) => alongside(tx, false));
      return { gapTo: undefined, missing: [], keyUnknown: false, verified: 0 };
    }
    const start = positionOf(row);
    const verdict = await judge(context, start, pending, items);
    try {
      await database.tx((tx) => commit(tx, start, verdict, alongside));
    } catch (error) {
      // What memory says may no longer be what the database says.
      pending = [];
      row = await database.tx((tx) => openFollowedLog(tx, log));
      if (error instanceof CopyMoved)
        logger.warn({ ...log, reason: error.message }, 'copy moved: read again');
      throw error;
    }
    return settle(verdict);
  }

  async function commit(
    tx: Tx,
    start: Position,
    verdict: Verdict,
    alongside?: (tx: Tx, pending: boolean) => Promise<void>,
  ): Promise<void> {
    const { logId } = row;
    if (verdict.segments.length > 0) await commitSegments(tx, start, verdict);
    else if (verdict.noise > 0) await addNoise(tx, logId, verdict.noise);
    await keepCheckpoints(tx, logId, verdict.missed);
    if (verdict.stop) {
      await stopLog(tx, logId, verdict.stop.kind);
      await raiseAlarm(tx, stopAlarm(log, verdict.stop, clock.now()));
    }
    await alongside?.(tx, verdict.pending.length > 0);
  }

  async function commitSegments(tx: Tx, start: Position, verdict: Verdict): Promise<void> {
    const { logId } = row;
    const entries = verdict.segments.flatMap((segment) => segment.entries);
    const newest = verdict.segments.at(-1)!.checkpoint;
    await advanceLog(tx, {
      logId,
      fromSize: start.frontier.size,
      frontier: verdict.position.frontier,
      note: newest.note,
      noteTime: newest.time,
      heardAt: clock.now(),
      lastKept: verdict.position.lastKept,
      noise: verdict.noise,
    });
    await insertEntries(
      tx,
      logId,
      start.frontier,
      entries.map((entry) => ({ ...entry, side: encodeSide(entry.holders) })),
    );
    await keepCheckpoints(
      tx,
      logId,
      verdict.segments.map((segment) => segment.checkpoint).filter((checkpoint) => checkpoint.kept),
    );
    if (log.log === 'status') await commitStatus(tx, verdict);
    if (log.log === 'catalog') await insertEffects(tx, logId, catalogEffects(entries));
  }

  async function commitStatus(tx: Tx, verdict: Verdict): Promise<void> {
    for (const { entries, checkpoint } of verdict.segments) {
      const effects = effectsOf(entries);
      await insertEffects(tx, row.logId, effects);
      await insertForeign(tx, row.logId, options.foreignIssuers?.(effects.issuers) ?? [], checkpoint.time);
    }
  }

  function settle(verdict: Verdict): Offered {
    const newest = verdict.segments.at(-1)?.checkpoint;
    const entries = verdict.segments.flatMap((segment) => segment.entries);
    pending = verdict.stop ? [] : verdict.pending;
    row = {
      ...row,
      size: verdict.position.frontier.size,
      frontier: verdict.position.frontier,
      lastKept: verdict.position.lastKept,
      note: verdict.position.note,
      noteTime: newest?.time ?? row.noteTime,
      heardAt: newest ? clock.now() : row.heardAt,
      noise: row.noise + verdict.noise,
      stopped: verdict.stop?.kind ?? row.stopped,
    };
    if (verdict.stop)
      logger.error({ ...log, kind: verdict.stop.kind, size: verdict.stop.size }, 'log stopped');
    if (newest)
      options.onApplied?.({ logId: row.logId, entries, size: row.size, notUnderstood: countOpaque(entries) });
    const { gapTo, missing, keyUnknown } = verdict;
    return { gapTo, missing, keyUnknown, verified: entries.length };
  }

  return {
    log,
    logId: () => row.logId,
    state: () => row,
    pending: () => pending.length > 0,
    repaired(entries) {
      row = { ...row, repairs: row.repairs + 1, repairedEntries: row.repairedEntries + entries };
    },
    offer(items, alongside) {
      const offered = queue.then(() => offerNow(items, alongside));
      queue = offered.catch(() => {});
      return offered;
    },
  };
}

function positionOf(row: FollowedLog): Position {
  return {
    frontier: row.frontier,
    note: row.note,
    timeMs: row.noteTime?.getTime() ?? 0,
    lastKept: row.lastKept,
  };
}

/** Critical entries that this release does not understand; the state is built again after an upgrade. */
function countOpaque(entries: FollowedEntry[]): number {
  return entries.filter(({ leaf }) => {
    const read = readLeaf(leaf);
    return !read.understood && read.leaf.critical;
  }).length;
}

function catalogEffects(entries: FollowedEntry[]) {
  const effects = effectsOf([]);
  for (const { sequence, leaf: bytes } of entries) {
    const { leaf, understood } = readLeaf(bytes);
    if (!understood && leaf.critical) effects.notUnderstood.push({ sequence, subject: leaf.subject });
  }
  return effects;
}

/** An item from an entry as it travels. */
export function entryItem(entry: { sequence: bigint; leaf: Uint8Array; holders: HolderSide[] }): Item {
  const leaf = Buffer.from(entry.leaf);
  return {
    kind: 'entry',
    entry: { sequence: Number(entry.sequence), leaf, leafHash: leafHash(leaf), holders: entry.holders },
  };
}

export function checkpointItem(note: Uint8Array): Item {
  return { kind: 'checkpoint', note: Buffer.from(note) };
}

export type TopicItem = Item | { kind: 'cosigned'; notes: Buffer[] } | { kind: 'noise' };

/** An item from a topic's record; whatever is no LogRecord is noise. */
export function topicItem(value: Uint8Array | null): TopicItem {
  try {
    const { record } = LogRecord.decode(value ?? Buffer.alloc(0));
    if (record?.$case === 'entry') return entryItem(record.value);
    if (record?.$case === 'checkpoint') return checkpointItem(record.value);
    if (record?.$case === 'cosignedHeads')
      return { kind: 'cosigned', notes: record.value.notes.map((note) => Buffer.from(note)) };
    return { kind: 'noise' };
  } catch {
    return { kind: 'noise' };
  }
}
