import { type LogCheckpoint, NoteError, openNote, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { verifierOf } from '@lianzheng/registry';

export type OpenedCheckpoint = LogCheckpoint & {
  /** Names of witnesses whose cosignature verified. */
  readonly cosigners: readonly string[];
};

/**
 * A checkpoint whose signature verified under a key of its log that is valid at its size (logs.md §8).
 * Throws NoteError.
 */
export function openCheckpoint(
  note: Uint8Array,
  keys: readonly LogKey[],
  witnesses: readonly LogKey[] = [],
): OpenedCheckpoint {
  const claimed = parseLogCheckpoint(parseNote(note).text);
  const origin = originOf(claimed);
  const size = BigInt(claimed.size);
  const valid = keys.filter(
    ({ name, fromSize, toSize }) => name === origin && fromSize <= size && (toSize === 0n || size < toSize),
  );
  if (valid.length === 0) throw new NoteError('untrusted', `no key of ${origin} is valid at size ${size}`);
  const { text, verified } = openNote(note, [...valid, ...witnesses].map(verifierOf));
  if (!verified.some(({ name }) => name === origin))
    throw new NoteError('untrusted', `not signed by ${origin}`);
  const cosigners = verified.map(({ name }) => name).filter((name) => name !== origin);
  return { ...parseLogCheckpoint(text), cosigners };
}

export function originOf({
  node,
  log,
  generation,
}: Pick<LogCheckpoint, 'node' | 'log' | 'generation'>): string {
  return `lianzheng/${node}/${log}/${generation}`;
}
