import { appendLeafHashes, type Frontier, frontierRoot } from '@lianzheng/merkle';
import { type LogCheckpoint, openNote, parseLogCheckpoint, parseNote, type Verifier } from '@lianzheng/note';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

export type FollowedEntry = { sequence: number; leaf: Buffer; leafHash: Buffer; holders: HolderSide[] };

/** What arrives, from Kafka, a repair or a snapshot: the way it came says nothing about its worth. */
export type Item = { kind: 'entry'; entry: FollowedEntry } | { kind: 'checkpoint'; note: Buffer };

/** A verified checkpoint. It is kept when it bears entries; a heartbeat names its own size as the previous kept one. */
export type VerifiedCheckpoint = LogCheckpoint & { note: Buffer; kept: boolean };

/** Entries up to a checkpoint that verifies; none for a heartbeat. */
export type Segment = { entries: FollowedEntry[]; checkpoint: VerifiedCheckpoint };

/** Proof that the owner showed two histories, or went back (logs.md §4, Fraud or disaster). */
export type Stop = { kind: 'fork' | 'rollback' | 'inconsistent'; theirs: Buffer; mine: Buffer; size: number };

/** Where the copy stands. */
export type Position = {
  frontier: Frontier;
  /** Newest verified checkpoint. */
  note: Buffer | undefined;
  timeMs: number;
  lastKept: number;
};

export type Verdict = {
  segments: Segment[];
  /** Older kept checkpoints that had been missed. */
  missed: VerifiedCheckpoint[];
  noise: number;
  /** Entries up to this size exist and are not here. */
  gapTo: number | undefined;
  /** Sizes of kept checkpoints that exist and are not here. */
  missing: number[];
  /** A checkpoint under a key not yet known: it waits. */
  keyUnknown: boolean;
  stop: Stop | undefined;
  position: Position;
  /** Entries that wait for a checkpoint. */
  pending: FollowedEntry[];
};

export type JudgeContext = {
  log: { node: string; log: string; generation: number };
  /** Keys of the log that are valid at this size. */
  verifiers(size: number): Verifier[];
  /** Root of the stored copy at a size not beyond it. */
  rootAt(size: number): Promise<Buffer>;
  /**
   * Set where only checkpoints are followed and entries stay with their owner: fetches a consistency proof and verifies
   * it. Undefined = nobody could be asked.
   */
  proveConsistency?: (
    from: { size: number; root: Buffer },
    to: VerifiedCheckpoint,
  ) => Promise<boolean | undefined>;
};

const MAX_PENDING = 1_000;
const MAX_PENDING_BYTES = 8 << 20;

/**
 * Judges what arrived after `start` (logs.md §4). Pure but for reading roots of the stored copy. Nothing is believed that
 * no checkpoint covers; what does not fit is noise; a signed contradiction stops the log.
 */
export async function judge(
  context: JudgeContext,
  start: Position,
  pending: FollowedEntry[],
  items: Item[],
): Promise<Verdict> {
  const state = createState(start, pending);
  for (const item of items) {
    if (item.kind === 'entry') takeEntry(state, item.entry);
    else await takeCheckpoint(context, state, item.note);
    if (state.verdict.stop) break;
  }
  boundPending(state);
  return { ...state.verdict, position: state.position, pending: state.pending };
}

type State = {
  start: Position;
  position: Position;
  pending: FollowedEntry[];
  /** Leaf hashes verified in this call, after start. */
  since: Buffer[];
  verdict: Omit<Verdict, 'position' | 'pending'>;
};

function createState(start: Position, pending: FollowedEntry[]): State {
  const verdict = {
    segments: [],
    missed: [],
    noise: 0,
    gapTo: undefined,
    missing: [],
    keyUnknown: false,
    stop: undefined,
  };
  return { start, position: start, pending: [...pending], since: [], verdict };
}

function takeEntry(state: State, entry: FollowedEntry): void {
  const next = state.position.frontier.size + state.pending.length;
  if (entry.sequence === next) state.pending.push(entry);
  else if (entry.sequence > next) wantUpTo(state, entry.sequence + 1);
  else state.verdict.noise += 1;
}

function wantUpTo(state: State, size: number): void {
  state.verdict.gapTo = Math.max(state.verdict.gapTo ?? 0, size);
}

async function takeCheckpoint(context: JudgeContext, state: State, note: Buffer): Promise<void> {
  const checkpoint = openCheckpoint(context, note);
  if (checkpoint === 'noise') state.verdict.noise += 1;
  else if (checkpoint === 'key unknown') state.verdict.keyUnknown = true;
  else if (checkpoint.size <= state.position.frontier.size) await takeCovered(context, state, checkpoint);
  else if (context.proveConsistency) await takeProved(context.proveConsistency, state, checkpoint);
  else takeLarger(state, checkpoint);
}

function openCheckpoint(context: JudgeContext, note: Buffer): VerifiedCheckpoint | 'noise' | 'key unknown' {
  try {
    const parsed = parseLogCheckpoint(parseNote(note).text);
    const { node, log, generation } = context.log;
    if (parsed.node !== node || parsed.log !== log || parsed.generation !== generation) return 'noise';
    const verifiers = context.verifiers(parsed.size);
    if (verifiers.length === 0) return 'key unknown';
    openNote(note, verifiers);
    return { ...parsed, note, kept: parsed.previousSize < parsed.size };
  } catch {
    // Ill-formed or not signed by a key of this log: whoever put it into the topic, it says nothing about the owner.
    return 'noise';
  }
}

async function takeProved(
  prove: NonNullable<JudgeContext['proveConsistency']>,
  state: State,
  checkpoint: VerifiedCheckpoint,
): Promise<void> {
  const { size } = state.position.frontier;
  const root = checkpointRoot(state, size);
  const proved = size === 0 || !root ? true : await prove({ size, root }, checkpoint);
  if (proved === false) stopFor(state, 'inconsistent', checkpoint);
  else if (proved === undefined) wantUpTo(state, checkpoint.size);
  else
    advance(
      state,
      { entries: [], checkpoint: { ...checkpoint, kept: false } },
      { size: checkpoint.size, hashes: [] },
    );
}

function takeLarger(state: State, checkpoint: VerifiedCheckpoint): void {
  const { frontier } = state.position;
  const count = checkpoint.size - frontier.size;
  if (count > state.pending.length) return wantUpTo(state, checkpoint.size);
  const entries = state.pending.slice(0, count);
  const hashes = entries.map((entry) => entry.leafHash);
  const grown = appendLeafHashes(frontier, hashes);
  if (!frontierRoot(grown).equals(checkpoint.root)) {
    // Something forged or altered stands among what waits: fetch the range from who has it.
    state.verdict.noise += state.pending.length;
    state.pending = [];
    return wantUpTo(state, checkpoint.size);
  }
  state.pending = state.pending.slice(count);
  state.since.push(...hashes);
  advance(state, { entries, checkpoint }, grown);
}

function advance(state: State, segment: Segment, frontier: Frontier): void {
  const { checkpoint } = segment;
  if (checkpoint.previousSize > state.position.lastKept) state.verdict.missing.push(checkpoint.previousSize);
  state.verdict.segments.push(segment);
  state.position = {
    frontier,
    note: checkpoint.note,
    timeMs: checkpoint.time.getTime(),
    lastKept: checkpoint.kept ? checkpoint.size : state.position.lastKept,
  };
}

/** A checkpoint no larger than the copy: a repeat, a heartbeat, a missed one, or proof of another history. */
async function takeCovered(
  context: JudgeContext,
  state: State,
  checkpoint: VerifiedCheckpoint,
): Promise<void> {
  const { position } = state;
  const mine = await rootAt(context, state, checkpoint.size);
  if (mine && !mine.equals(checkpoint.root)) return stopFor(state, 'fork', checkpoint);
  const later = checkpoint.time.getTime() > position.timeMs;
  if (checkpoint.size < position.frontier.size) {
    if (later) return stopFor(state, 'rollback', checkpoint);
    if (checkpoint.kept) state.verdict.missed.push(checkpoint);
    return;
  }
  if (checkpoint.kept && checkpoint.size > position.lastKept) state.verdict.missed.push(checkpoint);
  if (!later) return;
  advance(state, { entries: [], checkpoint }, position.frontier);
}

/** Undefined when only checkpoints are held and there is none of that size. */
async function rootAt(context: JudgeContext, state: State, size: number): Promise<Buffer | undefined> {
  if (context.proveConsistency) return checkpointRoot(state, size);
  const before = state.start.frontier.size;
  if (size <= before) return context.rootAt(size);
  return frontierRoot(appendLeafHashes(state.start.frontier, state.since.slice(0, size - before)));
}

function checkpointRoot(state: State, size: number): Buffer | undefined {
  const { note, frontier } = state.position;
  return note && frontier.size === size ? parseLogCheckpoint(parseNote(note).text).root : undefined;
}

function stopFor(state: State, kind: Stop['kind'], checkpoint: VerifiedCheckpoint): void {
  const mine = state.position.note ?? Buffer.alloc(0);
  state.verdict.stop = { kind, theirs: checkpoint.note, mine, size: checkpoint.size };
}

/** What waits too long or weighs too much is dropped and fetched again. */
function boundPending(state: State): void {
  const bytes = state.pending.reduce((sum, entry) => sum + entry.leaf.length, 0);
  if (state.pending.length <= MAX_PENDING && bytes <= MAX_PENDING_BYTES) return;
  wantUpTo(state, state.position.frontier.size + state.pending.length);
  state.pending = [];
}
