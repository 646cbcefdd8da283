import {
  appendLeafHashes,
  type Frontier,
  frontierRoot,
  growTree,
  type TileExtension,
} from '@lianzheng/merkle';
import { type LogCheckpoint, openNote, parseLogCheckpoint, parseNote, type Verifier } from '@lianzheng/note';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

export type FollowedEntry = { sequence: number; leaf: Buffer; leafHash: Buffer; holders: HolderSide[] };

/** What arrives, from Kafka, a repair or a snapshot: the way it came says nothing about its worth. */
export type Item =
  | { kind: 'entry'; entry: FollowedEntry }
  | { kind: 'checkpoint'; note: Buffer }
  /** What is no record at all. */
  | { kind: 'noise' };

/** A verified checkpoint. It is kept when it bears entries; a heartbeat names its own size as the previous kept one. */
export type VerifiedCheckpoint = LogCheckpoint & { note: Buffer; kept: boolean };

/** Entries up to a checkpoint that verifies; none for a heartbeat. */
export type Segment = {
  entries: FollowedEntry[];
  /** What they add to the tree. */
  tiles: readonly TileExtension[];
  checkpoint: VerifiedCheckpoint;
};

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
  /** Sizes of kept checkpoints that others follow upon; one or the other may be here already. */
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
  /** Entries stay with their owner (access logs): each checkpoint is tied to the last by a proof. */
  checkpointsOnly?: boolean;
  /** Fetches a consistency proof and verifies it. Undefined = nobody could be asked. */
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
    if (item.kind === 'noise') state.verdict.noise += 1;
    else if (item.kind === 'entry') takeEntry(context, state, item.entry);
    else await takeCheckpoint(context, state, item.note);
    if (state.verdict.stop) break;
  }
  boundPending(state);
  const { gapTo } = state.verdict;
  const { frontier } = state.position;
  return {
    ...state.verdict,
    gapTo: gapTo !== undefined && gapTo > frontier.size ? gapTo : undefined,
    position: state.position,
    pending: state.pending,
  };
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

/**
 * Entries wait in order. Of two for one place the later one counts: the true one may come before or after a forged one, and
 * whoever offers the whole range again must succeed.
 */
function takeEntry(context: JudgeContext, state: State, entry: FollowedEntry): void {
  const at = entry.sequence - state.position.frontier.size;
  if (context.checkpointsOnly || !Number.isSafeInteger(at) || at < 0) state.verdict.noise += 1;
  // No signature says that there is such a place: it is worth a short look. A checkpoint tells how far the log goes.
  else if (at > state.pending.length)
    wantUpTo(state, Math.min(entry.sequence + 1, state.position.frontier.size + MAX_PENDING));
  else {
    if (at < state.pending.length) state.verdict.noise += 1;
    state.pending[at] = entry;
  }
}

function wantUpTo(state: State, size: number): void {
  state.verdict.gapTo = Math.max(state.verdict.gapTo ?? 0, size);
}

async function takeCheckpoint(context: JudgeContext, state: State, note: Buffer): Promise<void> {
  const checkpoint = openCheckpoint(context, note);
  if (checkpoint === 'noise') state.verdict.noise += 1;
  else if (checkpoint === 'key unknown') state.verdict.keyUnknown = true;
  else if (checkpoint.size <= state.position.frontier.size) await takeCovered(context, state, checkpoint);
  // Mine is a smaller size at a later time.
  else if (checkpoint.time.getTime() < state.position.timeMs) stopFor(state, 'rollback', checkpoint);
  else if (context.checkpointsOnly) await takeProved(context, state, checkpoint);
  else await takeLarger(context, state, checkpoint);
}

function openCheckpoint(context: JudgeContext, note: Buffer): VerifiedCheckpoint | 'noise' | 'key unknown' {
  try {
    const { text, signatures } = parseNote(note);
    const parsed = parseLogCheckpoint(text);
    const { node, log, generation } = context.log;
    if (parsed.node !== node || parsed.log !== log || parsed.generation !== generation) return 'noise';
    const verifiers = context.verifiers(parsed.size);
    const isKnown = ({ name, keyId }: { name: string; keyId: number }) =>
      verifiers.some((verifier) => verifier.name === name && verifier.keyId === keyId);
    if (!signatures.some(isKnown))
      return signatures.some(({ name }) => name === originOf(context)) ? 'key unknown' : 'noise';
    openNote(note, verifiers);
    return { ...parsed, note, kept: parsed.previousSize < parsed.size };
  } catch {
    // Ill-formed or ill-signed: whoever put it into the topic, it says nothing about the owner.
    return 'noise';
  }
}

/** The name of the log's keys. */
const originOf = ({ log: { node, log, generation } }: JudgeContext) =>
  `lianzheng/${node}/${log}/${generation}`;

async function takeProved(
  context: JudgeContext,
  state: State,
  checkpoint: VerifiedCheckpoint,
): Promise<void> {
  const { size } = state.position.frontier;
  const root = checkpointRoot(state, size);
  const proved = size === 0 || !root ? true : await context.proveConsistency?.({ size, root }, checkpoint);
  if (proved === false) return stopFor(state, 'inconsistent', checkpoint);
  if (proved === undefined) return wantUpTo(state, checkpoint.size);
  advance(
    state,
    { entries: [], tiles: [], checkpoint: followed(context, checkpoint) },
    { size: checkpoint.size, hashes: [] },
  );
}

async function takeLarger(
  context: JudgeContext,
  state: State,
  checkpoint: VerifiedCheckpoint,
): Promise<void> {
  const { frontier } = state.position;
  const count = checkpoint.size - frontier.size;
  if (count > state.pending.length) return wantUpTo(state, checkpoint.size);
  const entries = state.pending.slice(0, count);
  const hashes = entries.map((entry) => entry.leafHash);
  const grown = growTree(frontier, hashes);
  if (!frontierRoot(grown.frontier).equals(checkpoint.root)) return refusePending(context, state, checkpoint);
  state.pending = state.pending.slice(count);
  state.since.push(...hashes);
  advance(state, { entries, tiles: grown.extensions, checkpoint }, grown.frontier);
}

/**
 * Either something forged or altered stands among what waits: then the range is fetched from who has it. Or the owner
 * shows another history than the one I hold: that only a proof can tell.
 */
async function refusePending(
  { proveConsistency }: JudgeContext,
  state: State,
  checkpoint: VerifiedCheckpoint,
): Promise<void> {
  const { frontier } = state.position;
  state.verdict.noise += state.pending.length;
  state.pending = [];
  wantUpTo(state, checkpoint.size);
  if (frontier.size === 0 || !proveConsistency) return;
  const proved = await proveConsistency({ size: frontier.size, root: frontierRoot(frontier) }, checkpoint);
  if (proved === false) stopFor(state, 'inconsistent', checkpoint);
}

function advance(state: State, segment: Segment, frontier: Frontier): void {
  const { checkpoint } = segment;
  state.verdict.segments.push(segment);
  state.position = { ...state.position, frontier, note: checkpoint.note, timeMs: checkpoint.time.getTime() };
  followUpon(state, checkpoint);
}

/** A kept checkpoint that was not here. */
function takeMissed(state: State, checkpoint: VerifiedCheckpoint): void {
  state.verdict.missed.push(checkpoint);
  followUpon(state, checkpoint);
}

/** Each checkpoint names the kept one before it, so that a missing one is noticed. */
function followUpon(state: State, { kept, size, previousSize }: VerifiedCheckpoint): void {
  const { lastKept } = state.position;
  const isNewest = size > lastKept;
  const fillsHole = kept && size < lastKept;
  if (isNewest ? previousSize > lastKept : fillsHole && previousSize > 0)
    state.verdict.missing.push(previousSize);
  if (kept && isNewest) state.position = { ...state.position, lastKept: size };
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
  const isLater = checkpoint.time.getTime() > position.timeMs;
  const isSmaller = checkpoint.size < position.frontier.size;
  if (isLater && isSmaller) stopFor(state, 'rollback', checkpoint);
  else if (isLater)
    advance(state, { entries: [], tiles: [], checkpoint: followed(context, checkpoint) }, position.frontier);
  else if (checkpoint.kept && !context.checkpointsOnly) takeMissed(state, checkpoint);
}

/** Of checkpoints alone the newest says it all: none is kept, none is missed. */
function followed({ checkpointsOnly }: JudgeContext, checkpoint: VerifiedCheckpoint): VerifiedCheckpoint {
  return checkpointsOnly ? { ...checkpoint, kept: false, previousSize: 0 } : checkpoint;
}

/** Undefined when only checkpoints are held and there is none of that size. */
async function rootAt(context: JudgeContext, state: State, size: number): Promise<Buffer | undefined> {
  if (context.checkpointsOnly) return checkpointRoot(state, size);
  const before = state.start.frontier.size;
  if (size < before) return context.rootAt(size);
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
