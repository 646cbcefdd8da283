import { NoteError, parseNote } from '@lianzheng/note';
import type {
  PublishCosignedHeadsRequest,
  PublishCosignedHeadsResponse,
} from '@lianzheng/proto/audit/v1/audit';
import { invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';

/** Taken, and sent as soon as Kafka takes it; a newer set replaces one that still waits. */
export function publishCosignedHeads({ heads }: Pick<Context, 'heads'>) {
  return async ({ notes }: PublishCosignedHeadsRequest): Promise<PublishCosignedHeadsResponse> => {
    requireNotes(notes);
    if (notes.length > 0) heads.offer(notes);
    return {};
  };
}

const MAX_NOTES = 1_000;
const MAX_BYTES = 512 * 1024;

function requireNotes(notes: readonly Buffer[]): void {
  if (notes.length > MAX_NOTES)
    throw invalidArgument({ field: 'notes', description: `至多 at most ${MAX_NOTES}` });
  if (notes.reduce((bytes, note) => bytes + note.length, 0) > MAX_BYTES)
    throw invalidArgument({ field: 'notes', description: `合计至多 together at most ${MAX_BYTES} bytes` });
  for (const [i, note] of notes.entries()) requireNote(note, i);
}

function requireNote(note: Buffer, i: number): void {
  try {
    parseNote(note);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw invalidArgument({
      field: `notes[${i}]`,
      description: `不是签名便笺 / not a signed note: ${error.code}`,
    });
  }
}
