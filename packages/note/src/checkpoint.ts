import { base64Strict } from './base64.ts';
import { NoteError } from './errors.ts';
import { requireNoteText } from './note.ts';

/** C2SP tlog-checkpoint. */
export type Checkpoint = {
  readonly origin: string;
  /** Leaves of the tree, at most 2^53 − 1. */
  readonly size: number;
  /** 32 bytes */
  readonly root: Buffer;
  readonly extensions: readonly string[];
};

/** The note text of a checkpoint. Throws NoteError 'malformed' for what parseCheckpoint would refuse. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), root.toString('base64'), ...extensions];
  const text = lines.map((line) => `${line}\n`).join('');
  const parsed = parseCheckpoint(text);
  if (parsed.extensions.length !== extensions.length)
    throw new NoteError('malformed', 'newline within a line');
  return text;
}

/** Throws NoteError 'malformed'. Unlike the specification, a size beyond 2^53 − 1 is refused ('too-large'). */
export function parseCheckpoint(text: string): Checkpoint {
  requireNoteText(text);
  const [origin, size, encodedRoot, ...extensions] = text.slice(0, -1).split('\n');
  const root = base64Strict(encodedRoot ?? '');
  if (!origin || size === undefined || root?.length !== 32 || extensions.includes('')) {
    throw new NoteError('malformed', `no checkpoint: ${JSON.stringify(text)}`);
  }
  return { origin, size: parseDecimal(size), root, extensions };
}

/** No sign, no leading zero. */
export function parseDecimal(digits: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(digits))
    throw new NoteError('malformed', `no decimal: ${JSON.stringify(digits)}`);
  const value = Number(digits);
  if (!Number.isSafeInteger(value)) throw new NoteError('too-large', `beyond 2^53-1: ${digits}`);
  return value;
}
