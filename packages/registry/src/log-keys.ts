import { cosignatureVerifierFromRaw, parseLogOrigin, type Verifier, verifierFromRaw } from '@lianzheng/note';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';

/** `log` of a pinned key that is the province's offline root: it signs no log, only successors of lost keys. */
export const ROOT_LOG = 'root';

/** Parsing a key costs as much as verifying with it, and every checkpoint asks. */
const verifiers = new WeakMap<LogKey, Verifier>();

/** Verifies checkpoints, or cosignatures where it is a witness key. Throws NoteError for a malformed key or name. */
export function verifierOf(key: LogKey): Verifier {
  const known = verifiers.get(key);
  if (known) return known;
  const { log, name, publicKey } = key;
  const verifier =
    log === 'witness' ? cosignatureVerifierFromRaw(name, publicKey) : verifierFromRaw(name, publicKey);
  verifiers.set(key, verifier);
  return verifier;
}

/** What the old key (or the offline root) signs so that its successor counts. */
export function endorsementText({
  name,
  publicKey,
  fromSize,
}: Pick<LogKey, 'name' | 'publicKey' | 'fromSize'>): Buffer {
  return Buffer.from(`lianzheng-key\n${name}\n${publicKey.toString('base64')}\n${fromSize}\n`);
}

/** Whether `former` endorsed `successor`. */
export function isEndorsed(successor: LogKey, former: Pick<LogKey, 'name' | 'publicKey'>): boolean {
  if (successor.endorsement.length !== 64) return false;
  return verifierFromRaw(former.name, former.publicKey).verify(
    endorsementText(successor),
    successor.endorsement,
  );
}

/** Generation that a log key's name tells; 1 for witness keys; undefined when the name is not one of that node and log. */
function generationIn({ node, log, name }: LogKey): number | undefined {
  if (log === 'witness') return name === `lianzheng/${node}/witness` ? 1 : undefined;
  try {
    const origin = parseLogOrigin(name);
    return origin.node === node && origin.log === log ? origin.generation : undefined;
  } catch {
    return undefined;
  }
}

/** An Ed25519 key that is named as the key of its node and log must be. */
export function isSoundLogKey(key: LogKey): boolean {
  return key.publicKey.length === 32 && generationIn(key) !== undefined;
}

/** Oldest first; the last criterion only makes the order whole. */
function byAge(a: LogKey, b: LogKey): number {
  return (
    generationIn(a)! - generationIn(b)! ||
    Number(a.fromSize - b.fromSize) ||
    Buffer.compare(a.publicKey, b.publicKey)
  );
}

/**
 * Of the keys registered for one log, those that count, oldest first: pinned ones; the first one where none is pinned;
 * and each one that a key which counts, or the offline root, has endorsed (logs.md §8). The first is the oldest that
 * bears no endorsement. The result does not depend on the order of `registered`.
 */
export function trustedLogKeys(registered: readonly LogKey[], pinned: readonly LogKey[]): LogKey[] {
  const roots = pinned.filter(({ log }) => log === ROOT_LOG);
  const anchors = pinned.filter(({ log }) => log !== ROOT_LOG).filter(isSoundLogKey);
  const candidates = registered.filter(isSoundLogKey).sort(byAge);
  const isPinned = (key: LogKey) => anchors.some((anchor) => sameKey(anchor, key));
  const first =
    anchors.length === 0 ? candidates.find(({ endorsement }) => endorsement.length === 0) : undefined;

  const trusted = new Set(candidates.filter((key) => key === first || isPinned(key)));
  const unregistered = anchors.filter((anchor) => !candidates.some((key) => sameKey(anchor, key)));
  const endorsers = () => [...roots, ...unregistered, ...trusted];
  for (let grown = true; grown; ) {
    const next = candidates.filter(
      (key) => !trusted.has(key) && endorsers().some((former) => former !== key && isEndorsed(key, former)),
    );
    for (const key of next) trusted.add(key);
    grown = next.length > 0;
  }
  return [...unregistered, ...trusted].sort(byAge);
}

function sameKey(a: LogKey, b: LogKey): boolean {
  return a.name === b.name && a.publicKey.equals(b.publicKey);
}
