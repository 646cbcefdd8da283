import { type Database, type Tx, together } from '@lianzheng/db';
import { encodeSide } from '@lianzheng/log';
import { leafHash, rootFromTiles } from '@lianzheng/merkle';
import type { Verifier } from '@lianzheng/note';
import { type HolderSide, LogRecord } from '@lianzheng/proto/log/v1/log';
import type { Clock, Logger } from '@lianzheng/runtime';
import { catalogEffectsOf, type Effects, effectsOf } from '../domain/effects.ts';
import { raiseAlarm } from '../store/alarms.ts';
import {
  type CopiedEntry,
  copyTiles,
  extendTiles,
  findKept,
  insertEntries,
  keepCheckpoints,
  listUnkept,
} from '../store/copy.ts';
import { insertEffects } from '../store/effects.ts';
import {
  advanceLog,
  CopyMoved,
  type FollowedLog,
  forgetCopy,
  noteProgress,
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
  type Segment,
  type Verdict,
  type VerifiedCheckpoint,
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

/** What commits with an offer; told whether entries wait for a checkpoint, and a checkpoint for its key. */
export type Alongside = (tx: Tx, waiting: { pending: boolean; keyUnknown: boolean }) => Promise<void>;

/** The copy of one log: offers are judged one after another, and what is verified commits with the cursor. */
export type LogCopy = {
  readonly log: { node: string; log: string; generation: number };
  logId(): number;
  state(): FollowedLog;
  /** `alongside` commits in the same transaction, also when nothing was verified. */
  offer(items: Item[], alongside?: Alongside): Promise<Offered>;
  /** True while entries wait for a checkpoint. */
  pending(): boolean;
  /** A repair ended; for the links. */
  repaired(entries: number): void;
  /** The root of its first `size` entries; undefined when it has fewer. */
  rootAt(size: number): Promise<Buffer | undefined>;
  /** Forgets all that was verified, so that it is fetched anew: only where an operator's decision says that it does not count. */
  forget(): Promise<void>;
};

export async function openLogCopy(options: LogCopyOptions): Promise<LogCopy> {
  const { database, log, clock, logger } = options;
  let row = await database.tx((tx) => openFollowedLog(tx, log));
  let pending: FollowedEntry[] = [];
  let queue: Promise<unknown> = Promise.resolve();

  const context: JudgeContext = {
    log,
    verifiers: options.verifiers,
    checkpointsOnly: log.log === 'access',
    proveConsistency: options.proveConsistency,
    rootAt: (size) =>
      rootFromTiles(
        size,
        copyTiles((fn) => database.read(fn), row.logId),
      ),
  };

  async function offerNow(items: Item[], alongside?: Alongside): Promise<Offered> {
    if (row.stopped) {
      if (alongside) await database.tx((tx) => alongside(tx, { pending: false, keyUnknown: false }));
      return { gapTo: undefined, missing: [], keyUnknown: false, verified: 0 };
    }
    const start = positionOf(row);
    const verdict = await judge(context, start, pending, items);
    const heardAt = clock.now();
    let notUnderstood = 0;
    try {
      notUnderstood = await database.tx((tx) => commit(tx, start, verdict, heardAt, alongside));
    } catch (error) {
      // What memory says may no longer be what the database says.
      pending = [];
      row = await database.tx((tx) => openFollowedLog(tx, log));
      if (error instanceof CopyMoved)
        logger.warn({ ...log, reason: error.message }, 'copy moved: read again');
      throw error;
    }
    settle(verdict, heardAt, notUnderstood);
    const { gapTo, keyUnknown } = verdict;
    const verified = verdict.segments.reduce((sum, { entries }) => sum + entries.length, 0);
    return { gapTo, missing: await stillMissing(verdict), keyUnknown, verified };
  }

  async function stillMissing({ missing }: Verdict): Promise<number[]> {
    return missing.length === 0 ? [] : database.read((reader) => listUnkept(reader, row.logId, missing));
  }

  /** Returns how many entries are not understood. */
  async function commit(
    tx: Tx,
    start: Position,
    verdict: Verdict,
    heardAt: Date,
    alongside?: Alongside,
  ): Promise<number> {
    const { logId } = row;
    const { segments, missed, noise, stop, position, keyUnknown } = verdict;
    const moved = noise > 0 || position.lastKept > start.lastKept;
    const [notUnderstood] = await together([
      segments.length > 0 ? commitSegments(tx, start, verdict, heardAt) : 0,
      segments.length === 0 && moved && noteProgress(tx, { logId, lastKept: position.lastKept, noise }),
      keepCheckpoints(tx, logId, missed),
      alongside?.(tx, { pending: verdict.pending.length > 0, keyUnknown }),
    ]);
    if (stop) {
      await stopLog(tx, logId, stop.kind);
      // The note of that very size contradicts theirs most plainly.
      const mine = (await findKept(tx, logId, stop.size)) ?? stop.mine;
      await raiseAlarm(tx, stopAlarm(log, { ...stop, mine }, heardAt));
    }
    return notUnderstood;
  }

  async function commitSegments(tx: Tx, start: Position, verdict: Verdict, heardAt: Date): Promise<number> {
    const { logId } = row;
    const newest = verdict.segments.at(-1)!.checkpoint;
    const advanced = advanceLog(tx, {
      logId,
      fromSize: start.frontier.size,
      frontier: verdict.position.frontier,
      note: newest.note,
      noteTime: newest.time,
      heardAt,
      lastKept: verdict.position.lastKept,
      noise: verdict.noise,
    });
    const kept = keepCheckpoints(
      tx,
      logId,
      verdict.segments.map((segment) => segment.checkpoint).filter((checkpoint) => checkpoint.kept),
    );
    const bearing = verdict.segments.filter((segment) => segment.entries.length > 0);
    const applied = bearing.length > 0 ? commitEntries(tx, bearing) : 0;
    const [, , notUnderstood] = await together([advanced, kept, applied]);
    return notUnderstood;
  }

  async function commitEntries(tx: Tx, segments: readonly Segment[]): Promise<number> {
    const { logId } = row;
    const found: { effects: Effects; checkpoint: VerifiedCheckpoint }[] = [];
    function* pieces(): Generator<CopiedEntry[]> {
      for (const { entries, checkpoint } of segments) {
        const effects = log.log === 'status' ? effectsOf(entries) : catalogEffectsOf(entries);
        found.push({ effects, checkpoint });
        yield copiedEntries(entries, effects);
      }
    }
    await insertEntries(tx, logId, pieces());
    await extendTiles(
      tx,
      logId,
      segments.flatMap((segment) => segment.tiles),
    );
    for (const { effects, checkpoint } of found) {
      await insertEffects(tx, logId, effects);
      await insertForeign(tx, logId, options.foreignIssuers?.(effects.issuers) ?? [], checkpoint.time);
    }
    return found.reduce((sum, { effects }) => sum + effects.notUnderstood.length, 0);
  }

  function settle(verdict: Verdict, heardAt: Date, notUnderstood: number): void {
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
      heardAt: newest ? heardAt : row.heardAt,
      noise: row.noise + verdict.noise,
      stopped: verdict.stop?.kind ?? row.stopped,
    };
    if (verdict.stop)
      logger.error({ ...log, kind: verdict.stop.kind, size: verdict.stop.size }, 'log stopped');
    if (newest) options.onApplied?.({ logId: row.logId, entries, size: row.size, notUnderstood });
  }

  async function forgetNow(): Promise<void> {
    row = await database.tx(async (tx) => {
      await forgetCopy(tx, row.logId);
      return openFollowedLog(tx, log);
    });
    pending = [];
    logger.warn(log, 'copy forgotten: it is fetched anew');
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  return {
    log,
    logId: () => row.logId,
    state: () => row,
    pending: () => pending.length > 0,
    repaired(entries) {
      row = { ...row, repairs: row.repairs + 1, repairedEntries: row.repairedEntries + entries };
    },
    rootAt: async (size) => (size <= row.size ? context.rootAt(size) : undefined),
    offer: (items, alongside) => inTurn(() => offerNow(items, alongside)),
    forget: () => inTurn(forgetNow),
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

function copiedEntries(entries: readonly FollowedEntry[], { keys }: Effects): CopiedEntry[] {
  const keysOf = new Map(keys.map((of) => [of.sequence, of]));
  return entries.map(({ sequence, leaf, holders }) => ({
    sequence,
    leaf,
    side: encodeSide(holders),
    licenceKey: keysOf.get(sequence)?.licence ?? null,
    holderKey: keysOf.get(sequence)?.holder ?? null,
  }));
}

/** An item from an entry as it travels. */
export function entryItem(entry: { sequence: bigint; leaf: Uint8Array; holders: HolderSide[] }): Item {
  const leaf = asBuffer(entry.leaf);
  return {
    kind: 'entry',
    entry: { sequence: Number(entry.sequence), leaf, leafHash: leafHash(leaf), holders: entry.holders },
  };
}

export function checkpointItem(note: Uint8Array): Item {
  return { kind: 'checkpoint', note: asBuffer(note) };
}

/** Without a copy of the bytes. */
const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export type TopicItem = Item | { kind: 'cosigned'; notes: Buffer[] };

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
