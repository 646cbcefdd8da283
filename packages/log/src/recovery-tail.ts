import {
  appendLeafHashes,
  type Frontier,
  frontierFromTiles,
  frontierRoot,
  leafHash,
} from '@lianzheng/merkle';
import { holds, type RecoveryCase, type SignedHead, signedHead, type Target } from './recovery-case.ts';
import { adoptRecovered, rewind } from './recovery-store.ts';
import type { StoredEntry } from './source.ts';
import { tileReader } from './store.ts';

/** Entries that others hold and that a checkpoint of ours covers; `frontier` is before them. */
type Segment = { frontier: Frontier; entries: StoredEntry[]; checkpoint: SignedHead | undefined };

/** So many entries may wait for a checkpoint that verifies; checkpoints stand at most 1,000 apart. */
const MAX_UNVERIFIED = 10_000;

/**
 * Fetches what others hold beyond the point where they and this database agree, checkpoint by checkpoint. What this
 * database had beyond that point waits again and takes its recovered number by its leaf. Returns the size reached;
 * nothing that a checkpoint of ours covers is given up unless the target can be reached.
 */
export async function recoverTail(given: RecoveryCase, target: Target): Promise<number> {
  const { head, sources } = given;
  if (!sources) return Math.min(head.size, target.size);
  // Sequenced entries that were never signed may stand elsewhere in the log that others hold.
  for (const base of new Set([head.size, head.integratedSize])) {
    if (base > target.size) continue;
    const reached = await takeFrom(given, base, target);
    if (reached > base) return reached;
  }
  const agreed = await lastAgreement(given, target);
  return agreed === undefined ? Math.min(head.integratedSize, target.size) : takeFrom(given, agreed, target);
}

/** Takes over what verifies from `base` on; nothing is touched before something does. Returns the size reached. */
async function takeFrom(given: RecoveryCase, base: number, target: Target): Promise<number> {
  const { connection, head, hooks } = given;
  let reached = base;
  for await (const { frontier, entries, checkpoint } of verifiedSegments(given, base, target)) {
    await connection.tx(async (tx) => {
      if (frontier.size === base && base < head.size) await rewind(tx, head, base);
      const orphans = await adoptRecovered(tx, head, frontier, entries, checkpoint);
      if (orphans.length > 0) await hooks?.recovered?.(tx, orphans);
    });
    reached = frontier.size + entries.length;
  }
  return reached;
}

/** The largest size at which database and others agree, if the others' log leads to the target. */
async function lastAgreement(given: RecoveryCase, target: Target): Promise<number | undefined> {
  let agreed = 0;
  let reached = 0;
  for await (const { frontier, entries } of verifiedSegments(given, 0, target)) {
    reached = frontier.size + entries.length;
    const root = frontierRoot(grow(frontier, entries));
    if (agreed === frontier.size && (await holds(given, { size: reached, root }))) agreed = reached;
  }
  return reached === target.size ? agreed : undefined;
}

/** What others hold from `base` on, in the pieces that verify against checkpoints of ours or the target itself. */
async function* verifiedSegments(given: RecoveryCase, base: number, target: Target): AsyncGenerator<Segment> {
  let frontier = await frontierAt(given, base);
  let waiting: StoredEntry[] = [];
  for await (const chunk of given.sources!.entries(given.log, base, given.signal)) {
    for (const entry of chunk.entries) place(waiting, frontier.size, entry);
    const signed = chunk.checkpoints.flatMap((note) => signedHead(given, note) ?? []);
    for (const head of [...signed, target].sort((a, b) => a.size - b.size)) {
      const covered = head.size - frontier.size;
      if (covered <= 0 || covered > waiting.length || head.size > target.size) continue;
      const entries = waiting.slice(0, covered);
      const grown = grow(frontier, entries);
      if (!frontierRoot(grown).equals(head.root)) continue;
      yield { frontier, entries, checkpoint: isSigned(head) ? head : undefined };
      frontier = grown;
      waiting = waiting.slice(covered);
    }
    if (frontier.size >= target.size || waiting.length > MAX_UNVERIFIED) return;
  }
}

/** What only the signature service remembers vouches for the entries; the note over them is signed again later. */
const isSigned = (head: SignedHead | Target): head is SignedHead => 'note' in head;

/** Sources repeat, and a topic holds earlier generations too: of two entries for one place the later one counts. */
function place(waiting: StoredEntry[], from: number, entry: StoredEntry): void {
  const at = entry.sequence - from;
  if (at >= 0 && at <= waiting.length) waiting[at] = entry;
}

function frontierAt({ connection, log }: RecoveryCase, size: number): Promise<Frontier> {
  return frontierFromTiles(
    size,
    tileReader((fn) => connection.read(fn), log.generation),
  );
}

function grow(frontier: Frontier, entries: readonly StoredEntry[]): Frontier {
  return appendLeafHashes(
    frontier,
    entries.map((entry) => leafHash(entry.leaf)),
  );
}
