import { openNote, parseLogCheckpoint } from '@lianzheng/note';
import type { Generation, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { isEndorsed, isSoundLogKey, verifierOf } from '@lianzheng/registry';
import { checkNodeRef, type Known } from './known.ts';
import { checkText } from './texts.ts';
import type { Report } from './violations.ts';

const LOGS = ['status', 'catalog', 'access'];
const WITNESS = 'witness';

/**
 * A key of a log: the first counts as it stands, a later one only when one that counts, or the offline root, endorsed
 * it; at each size one key counts (logs.md §8). Of one that stands there only the end may be set.
 * `roots`: the pinned offline root.
 */
export function checkLogKey(
  key: LogKey,
  before: LogKey | undefined,
  known: Known,
  roots: readonly LogKey[],
  report: Report,
): void {
  checkNodeRef('node', key.node, known, report);
  if (![...LOGS, WITNESS].includes(key.log)) {
    report('log', 'status、catalog、access 或 witness', 'status, catalog, access or witness');
    return;
  }
  if (key.publicKey.length !== 32)
    report('public_key', '32 字节的 Ed25519 公钥', 'an Ed25519 key of 32 bytes');
  else if (!isSoundLogKey(key))
    report('name', '日志来源名或见证者名', 'lianzheng/<node>/<log>/<generation> or lianzheng/<node>/witness');
  else checkPlace(key, before, known, roots, report);
}

function checkPlace(
  key: LogKey,
  before: LogKey | undefined,
  known: Known,
  roots: readonly LogKey[],
  report: Report,
): void {
  const { fromSize, toSize } = key;
  if (key.log === WITNESS && (fromSize !== 0n || toSize !== 0n))
    report('from_size', '见证密钥没有大小范围', 'a witness key has no sizes');
  if (toSize !== 0n && toSize <= fromSize)
    report('to_size', '大于 from_size，或 0', 'greater than from_size, or 0');
  if (before) {
    checkUnchanged(key, before, report);
    return;
  }
  const counting = known.logKeys(key.node, key.log);
  // A pinned key counts before it is registered.
  if (counting.some(({ name, publicKey }) => name === key.name && publicKey.equals(key.publicKey))) return;
  checkEndorsement(key, counting, roots, report);
  if (key.log !== WITNESS && counting.some((other) => other.name === key.name && reaches(other, fromSize)))
    report('from_size', '已有密钥在此大小有效', 'another key is valid at that size');
}

/** An open key that began before is no obstacle: the new one ends it. */
function reaches({ fromSize, toSize }: LogKey, size: bigint): boolean {
  return toSize === 0n ? fromSize >= size : toSize > size;
}

function checkUnchanged(key: LogKey, before: LogKey, report: Report): void {
  if (key.fromSize !== before.fromSize)
    report('from_size', `已定为 ${before.fromSize}`, `fixed at ${before.fromSize}`);
  if (before.toSize !== 0n && key.toSize !== before.toSize)
    report('to_size', `已定为 ${before.toSize}`, `fixed at ${before.toSize}`);
  if (!key.endorsement.equals(before.endorsement)) report('endorsement', '不可更改', 'it cannot be changed');
}

function checkEndorsement(
  key: LogKey,
  counting: readonly LogKey[],
  roots: readonly LogKey[],
  report: Report,
): void {
  const isFirst = counting.length === 0;
  if (isFirst && key.endorsement.length === 0) return;
  if (![...counting, ...roots].some((former) => isEndorsed(key, former))) {
    report(
      'endorsement',
      isFirst ? '空，或离线根密钥的签名' : '该日志在册密钥或离线根密钥的签名',
      isFirst
        ? 'empty, or the signature of the offline root'
        : 'the signature of a key of this log that counts, or of the offline root',
    );
  }
}

/** The key whose place a new one takes: it ends where the new one begins, by the same change. */
export function predecessorOf(key: LogKey, known: Known): LogKey | undefined {
  if (key.log === WITNESS) return undefined;
  return known
    .logKeys(key.node, key.log)
    .find(({ name, fromSize, toSize }) => name === key.name && toSize === 0n && fromSize < key.fromSize);
}

/** A new generation: the next one, ending the former at a head that its own key signed (the province's catalogue: the offline root). */
export function checkGeneration(
  entry: Generation,
  {
    known,
    province,
    roots,
    exists,
  }: { known: Known; province: string; roots: readonly LogKey[]; exists: boolean },
  report: Report,
): void {
  checkNodeRef('node', entry.node, known, report);
  checkText('reason', entry.reason, report);
  if (!LOGS.includes(entry.log)) {
    report('log', 'status、catalog 或 access', 'status, catalog or access');
    return;
  }
  const present = known.generation(entry.node, entry.log).generation;
  if (exists || entry.generation !== present + 1) {
    report('generation', `下一代：${present + 1}`, `the next one: ${present + 1}`);
  }
  const byRoot = entry.node === province && entry.log === 'catalog';
  const keys = byRoot ? roots : known.logKeys(entry.node, entry.log);
  if (entry.lastCheckpoint.length === 0 ? byRoot : !isHeadOf(entry, keys)) {
    report(
      'last_checkpoint',
      byRoot ? '离线根密钥签名的上一代检查点' : '空，或上一代密钥签名的检查点',
      byRoot
        ? 'a checkpoint of the generation before, signed by the offline root'
        : 'empty, or a checkpoint of the generation before, signed by its key',
    );
  }
}

function isHeadOf({ node, log, generation, lastCheckpoint }: Generation, keys: readonly LogKey[]): boolean {
  try {
    const { text } = openNote(lastCheckpoint, keys.map(verifierOf));
    const head = parseLogCheckpoint(text);
    return head.node === node && head.log === log && head.generation === generation - 1;
  } catch {
    return false;
  }
}
