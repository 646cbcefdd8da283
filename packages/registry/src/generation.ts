import { openNote, verifierFromRaw } from '@lianzheng/note';
import type { Generation, LogKey } from '@lianzheng/proto/catalog/v1/objects';

/** Of one log's generations the largest, 1 when there is no entry. `lastCheckpoint`: head at which the one before ended. */
export function presentGeneration(entries: readonly Generation[]): {
  generation: number;
  lastCheckpoint?: Buffer;
} {
  const largest = entries.reduce<Generation | undefined>(
    (best, entry) => (best && best.generation >= entry.generation ? best : entry),
    undefined,
  );
  if (!largest) return { generation: 1 };
  const { generation, lastCheckpoint } = largest;
  return lastCheckpoint.length > 0 ? { generation, lastCheckpoint } : { generation };
}

/** Generations that have ended, oldest first, each with the head up to which its entries count; empty: none of them does. */
export function endedGenerations(
  entries: readonly Generation[],
): { generation: number; lastCheckpoint: Buffer }[] {
  return entries
    .map(({ generation, lastCheckpoint }) => ({ generation: generation - 1, lastCheckpoint }))
    .sort((a, b) => a.generation - b.generation);
}

/** The province cannot vouch for its own catalogue, which names everybody's keys: there the offline root signs the head. */
export function isSignedByRoot({ lastCheckpoint }: Generation, roots: readonly LogKey[]): boolean {
  const verifiers = roots.map(({ name, publicKey }) => verifierFromRaw(name, publicKey));
  try {
    return openNote(lastCheckpoint, verifiers).verified.length > 0;
  } catch {
    return false;
  }
}
