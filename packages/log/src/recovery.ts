import type { Connection, Database } from '@lianzheng/db';
import {
  appendLeafHashes,
  emptyRoot,
  type Frontier,
  frontierFromTiles,
  frontierRoot,
  leafHash,
  rootFromTiles,
} from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint, type Verifier } from '@lianzheng/note';
import type { Logger } from '@lianzheng/runtime';
import { adoptGeneration, adoptRecovered, listWaiting, rewind, unlist } from './recovery-store.ts';
import type { RelayHooks } from './relay.ts';
import type { CheckpointSigner, LastSigned } from './signer.ts';
import type { LogId, StoredEntry } from './source.ts';
import { type HeadRow, tileReader } from './store.ts';

/** Where an owner asks for its own log: its topic, the province, followers. */
export type OwnerSources = {
  /** Signed notes of this log that others hold, and how many of those asked answered at all. */
  heads(log: LogId, signal: AbortSignal): Promise<{ notes: Buffer[]; answered: number }>;
  /** Entries from a sequence on with their checkpoints, from whoever has them; ends where nobody has more. */
  entries(log: LogId, from: number, signal: AbortSignal): AsyncIterable<OwnerChunk>;
};

export type OwnerChunk = { entries: StoredEntry[]; checkpoints: Buffer[] };

export type RecoveryOptions = {
  database: Database;
  connection: Connection;
  log: { node: string; log: string };
  head: HeadRow;
  signer: CheckpointSigner;
  sources?: OwnerSources;
  hooks?: RelayHooks;
  logger: Logger;
  signal: AbortSignal;
};

type SignedHead = { size: number; root: Buffer; time: Date; note: Buffer };

/**
 * Compares database, the signature service's memory and what others hold of this log, and mends the database (logs.md
 * §2, Restart). `stuck` says why it cannot: then only an operator goes on, by a new generation. Throws when it should
 * be tried again (a service away, nobody reachable after a loss).
 */
export async function recover(options: RecoveryOptions): Promise<{ stuck?: string }> {
  const { signer, logger } = options;
  const log = { ...options.log, generation: options.head.generation };
  const memory = await signer.lastSigned({ ...log, generation: 0 });
  if (memory.generation > log.generation) {
    await options.connection.tx((tx) => adoptGeneration(tx, options.head.epoch, memory.generation));
    logger.warn({ log: log.log, generation: memory.generation }, 'own log begins a new generation');
    return {};
  }
  const others = await headsOfOthers(options, log, await signer.verifiers(log));
  const verdict = await compare(options, memory, others);
  if (verdict.kind === 'stuck') return { stuck: verdict.why };
  if (verdict.kind === 'fetch') {
    logger.warn(
      { log: log.log, have: options.head.size, want: verdict.target.size },
      'own log is behind: recovering',
    );
    const missing = await fetchTail(options, log, verdict.target);
    if (missing) return { stuck: missing };
  }
  if (verdict.restore) await signer.restore(verdict.restore.note);
  await setContradictionsAside(options);
  return {};
}

async function headsOfOthers(options: RecoveryOptions, log: LogId, verifiers: Verifier[]) {
  const found = await options.sources?.heads(log, options.signal);
  const heads = (found?.notes ?? []).flatMap((note) => signedHead(note, log, verifiers) ?? []);
  return { answered: found?.answered ?? 0, largest: largestOf(heads), heads };
}

/** The note's head, if it is one of this log and this node's own key signed it. */
function signedHead(note: Buffer, log: LogId, verifiers: Verifier[]): SignedHead | undefined {
  try {
    const { text } = openNote(note, verifiers);
    const head = parseLogCheckpoint(text);
    const same = head.node === log.node && head.log === log.log && head.generation === log.generation;
    return same ? { size: head.size, root: head.root, time: head.time, note } : undefined;
  } catch {
    // Whatever others hold that we did not sign is noise here.
    return undefined;
  }
}

function largestOf(heads: SignedHead[]): SignedHead | undefined {
  return heads.reduce<SignedHead | undefined>(
    (best, head) => (best && best.size >= head.size ? best : head),
    undefined,
  );
}

type Target = { size: number; root: Buffer };
type Verdict =
  | { kind: 'agreed'; restore?: SignedHead }
  | { kind: 'fetch'; target: Target; restore?: SignedHead }
  | { kind: 'stuck'; why: string };

async function compare(
  options: RecoveryOptions,
  memory: LastSigned,
  others: { answered: number; largest: SignedHead | undefined },
): Promise<Verdict> {
  const { head, log } = options;
  const held = memory.state === 'known' ? { size: memory.size, root: memory.root } : undefined;
  const own = await ownIntegrated(options);
  if (!held && others.answered === 0) {
    throw new Error(
      `memory of the signature service is lost and nobody can be asked for ${log.log} of ${log.node}`,
    );
  }
  const signedHeads = [others.largest, held ? undefined : own].filter((it) => it !== undefined);
  const largest = largestOf(signedHeads);
  const target = held && (!largest || held.size >= largest.size) ? held : largest;
  if (!target) return { kind: 'stuck', why: 'memory lost, and no signed checkpoint of this log was found' };
  const restore = largest && (!held || largest.size > held.size) ? largest : undefined;
  if (head.size >= target.size && (await rootAt(options, target.size)).equals(target.root)) {
    return { kind: 'agreed', restore };
  }
  return { kind: 'fetch', target, restore };
}

async function ownIntegrated({ head, log, signer }: RecoveryOptions): Promise<SignedHead | undefined> {
  if (!head.note) return undefined;
  const id = { ...log, generation: head.generation };
  return signedHead(head.note, id, await signer.verifiers(id));
}

function rootAt({ connection, head }: RecoveryOptions, size: number): Promise<Buffer> {
  if (size === 0) return Promise.resolve(emptyRoot());
  return rootFromTiles(
    size,
    tileReader((fn) => connection.read(fn), head.generation),
  );
}

/**
 * Fetches what others hold beyond the last point where they and this database agree, checkpoint by checkpoint. What this
 * database had beyond that point waits again and takes its recovered number by its leaf. Returns what is missing.
 */
async function fetchTail(options: RecoveryOptions, log: LogId, target: Target): Promise<string | undefined> {
  if (!options.sources)
    return `entries up to ${target.size} were signed, ${options.head.size} are here, nobody to ask`;
  const verifiers = await options.signer.verifiers(log);
  const bases = new Set([
    Math.min(options.head.size, target.size),
    Math.min(options.head.integratedSize, target.size),
    0,
  ]);
  let reached = 0;
  for (const base of bases) {
    reached = Math.max(reached, await fetchFrom(options, log, base, target, verifiers));
    if (reached >= target.size) return undefined;
  }
  return `entries up to ${target.size} were signed, only ${reached} could be recovered`;
}

/** Returns the size reached; 0 when the entries found do not continue this database's tree. */
async function fetchFrom(
  options: RecoveryOptions,
  log: LogId,
  base: number,
  target: Target,
  verifiers: Verifier[],
): Promise<number> {
  const { connection, head, hooks } = options;
  let frontier = await frontierFromTiles(
    base,
    tileReader((fn) => connection.read(fn), head.generation),
  );
  let buffer: StoredEntry[] = [];
  let rewound = false;
  for await (const chunk of options.sources!.entries(log, base, options.signal)) {
    buffer.push(...chunk.entries.filter((entry) => entry.sequence >= frontier.size + buffer.length));
    for (const checkpoint of chunk.checkpoints.flatMap((note) => signedHead(note, log, verifiers) ?? [])) {
      const covered = checkpoint.size - frontier.size;
      if (covered <= 0 || covered > buffer.length || checkpoint.size > target.size) continue;
      const entries = buffer.slice(0, covered);
      const grown = append(frontier, entries);
      if (!grown || !frontierRoot(grown).equals(checkpoint.root)) return 0;
      if (checkpoint.size === target.size && !checkpoint.root.equals(target.root)) return 0;
      const before = frontier;
      await connection.tx(async (tx) => {
        if (!rewound) await rewind(tx, head, base);
        const orphans = await adoptRecovered(tx, head, before, entries, checkpoint);
        await hooks?.recovered?.(tx, orphans);
      });
      rewound = true;
      frontier = grown;
      buffer = buffer.slice(covered);
    }
    if (frontier.size >= target.size) break;
  }
  return frontier.size;
}

function append(frontier: Frontier, entries: StoredEntry[]): Frontier | undefined {
  const gapless = entries.every((entry, i) => entry.sequence === frontier.size + i);
  return gapless
    ? appendLeafHashes(
        frontier,
        entries.map((entry) => leafHash(entry.leaf)),
      )
    : undefined;
}

async function setContradictionsAside({ connection, hooks, logger }: RecoveryOptions): Promise<void> {
  const { contradictions } = hooks ?? {};
  if (!contradictions) return;
  const listed = await connection.tx(async (tx) => {
    const ids = await contradictions(tx, await listWaiting(tx));
    await unlist(tx, ids);
    return ids.length;
  });
  if (listed > 0)
    logger.warn({ entries: listed }, 'waiting entries contradict the recovered log: listed, not sequenced');
}
