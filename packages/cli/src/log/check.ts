import {
  appendLeafHashes,
  emptyFrontier,
  type Frontier,
  frontierRoot,
  leafHash,
  MAX_ENTRY_BYTES,
} from '@lianzheng/merkle';
import { NoteError } from '@lianzheng/note';
import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import { type OpenedCheckpoint, openCheckpoint, originOf } from './checkpoint.ts';
import type { LogChunk } from './chunk.ts';
import { createHolderCheck, type HolderFigures } from './holder-check.ts';
import type { KeyBook } from './key-book.ts';

export type LogReport = {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Checkpoints that verified, and the newest of them. */
  readonly checkpoints: number;
  readonly head: OpenedCheckpoint | undefined;
  /** Witnesses that cosigned any of them. */
  readonly cosigners: readonly string[];
  /** Entries by kind; `?` = not known to this release. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly holders: HolderFigures | undefined;
  /** Chinese / English; empty = the log is in order. The first of them, and how many there are in all. */
  readonly faults: readonly string[];
  readonly faultCount: number;
};

export type LogCheck = { take(chunk: LogChunk): void; finish(): LogReport };

const MAX_FAULTS = 20;
/** The one whose bodies this release can read. */
const LEAF_FORMAT = 1;
const MAX_ENTRIES_BETWEEN = 1_000;
const MAX_BYTES_BETWEEN = 8 << 20;

/**
 * Reads a whole log from sequence 0 and checks all that anybody can check (logs.md §1): order, roots, signatures, times
 * and, where the kept checkpoints are at hand (`chained`), their chain; `withSides` the holders' commitments. Keeps no entry.
 */
export function createLogCheck(
  log: { node: string; log: string },
  keys: KeyBook,
  { withSides, chained = true }: { withSides: boolean; chained?: boolean },
): LogCheck {
  const faults: string[] = [];
  let faultCount = 0;
  const kinds = new Map<string, number>();
  const holders = withSides ? createHolderCheck() : undefined;
  const cosigners = new Set<string>();
  let tree: Frontier = emptyFrontier();
  let pending: OpenedCheckpoint[] = [];
  let head: OpenedCheckpoint | undefined;
  let keptSize = 0;
  let bytesSinceKept = 0;
  let checkpoints = 0;

  function fault(zh: string, en: string): void {
    faultCount += 1;
    if (faults.length < MAX_FAULTS) faults.push(`${zh} / ${en}`);
  }

  function open(note: Uint8Array): OpenedCheckpoint[] {
    try {
      return [openCheckpoint(note, keys.keysOf(log.node, log.log), keys.witnesses())];
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      fault('检查点无效', `checkpoint: ${error.message}`);
      return [];
    }
  }

  function readEntry({ sequence, leaf, holders: sides }: Entry, expected: number): void {
    if (sequence !== BigInt(expected))
      fault(`第 ${expected} 条的序号是 ${sequence}`, `entry ${expected} says ${sequence}`);
    if (leaf.length > MAX_ENTRY_BYTES) fault(`第 ${expected} 条过长`, `entry ${expected} is too long`);
    bytesSinceKept += leaf.length;
    try {
      const read = Leaf.decode(leaf);
      const kind = kindName(read.kind);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (read.format === LEAF_FORMAT) holders?.take(sequence, read, sides);
    } catch {
      fault(`第 ${expected} 条无法解码`, `entry ${expected} cannot be decoded`);
    }
  }

  function append(entries: readonly Entry[]): void {
    for (const [i, entry] of entries.entries()) readEntry(entry, tree.size + i);
    tree = appendLeafHashes(
      tree,
      entries.map(({ leaf }) => leafHash(leaf)),
    );
  }

  function judge(checkpoint: OpenedCheckpoint): void {
    const { size, root, time, previousSize } = checkpoint;
    const at = `${size}`;
    if (
      originOf(checkpoint) !== originOf(head ?? checkpoint) ||
      checkpoint.node !== log.node ||
      checkpoint.log !== log.log
    )
      fault(`检查点 ${at} 属于另一日志`, `checkpoint ${at} is of another log, ${originOf(checkpoint)}`);
    if (!root.equals(frontierRoot(tree))) fault(`检查点 ${at} 的根不符`, `root mismatch at checkpoint ${at}`);
    if (head && time < head.time) fault(`检查点 ${at} 的时间倒退`, `the time of checkpoint ${at} goes back`);
    if (chained) judgeChain(checkpoint);
    for (const name of checkpoint.cosigners) cosigners.add(name);
    checkpoints += 1;
    head = checkpoint;
    if (previousSize === size) return;
    keptSize = size;
    bytesSinceKept = 0;
  }

  function judgeChain({ size, previousSize }: OpenedCheckpoint): void {
    if (previousSize !== keptSize)
      fault(
        `检查点 ${size} 之前应有 ${previousSize}，实有 ${keptSize}`,
        `checkpoint ${size} follows ${previousSize}, found ${keptSize}`,
      );
    if (size - keptSize > MAX_ENTRIES_BETWEEN || bytesSinceKept > MAX_BYTES_BETWEEN)
      fault(`检查点 ${size} 之前条目过多`, `too much lies before checkpoint ${size}`);
  }

  return {
    take(chunk) {
      const opened = chunk.checkpoints.flatMap(open);
      pending = [...pending, ...opened].sort(
        (a, b) => a.size - b.size || a.time.getTime() - b.time.getTime(),
      );
      let rest = chunk.entries;
      while (pending[0] && pending[0].size <= tree.size + rest.length) {
        const next = pending.shift()!;
        if (next.size < tree.size) {
          fault(`检查点 ${next.size} 来迟`, `checkpoint ${next.size} comes after its entries`);
          continue;
        }
        const count = next.size - tree.size;
        append(rest.slice(0, count));
        rest = rest.slice(count);
        judge(next);
      }
      append(rest);
    },
    finish() {
      if (!head) fault('没有有效的检查点', 'no valid checkpoint');
      else if (head.size < tree.size)
        fault(
          `${tree.size - head.size} 条没有检查点覆盖`,
          `${tree.size - head.size} entries under no checkpoint`,
        );
      for (const { size } of pending)
        fault(`缺少检查点 ${size} 所含的条目`, `entries of checkpoint ${size} are missing`);
      const figures = holders?.finish();
      for (const place of figures?.mismatched ?? [])
        fault(`持证主体索引不符：${place}`, `holder index of ${place} is of no commitment`);
      return {
        origin: originOf(head ?? { ...log, log: log.log as OpenedCheckpoint['log'], generation: 0 }),
        size: tree.size,
        root: frontierRoot(tree),
        checkpoints,
        head,
        cosigners: [...cosigners].sort(),
        kinds,
        holders: figures,
        faults,
        faultCount,
      };
    },
  };
}

const kindNames = new Map<number, string>(Object.entries(LeafKind).map(([name, value]) => [value, name]));

/** `?` for a kind of a later release. */
export function kindName(kind: number): string {
  return kindNames.get(kind) ?? '?';
}
