import type { LastSigned } from '@lianzheng/keystore';
import {
  type LogCheckpoint,
  NoteError,
  openNote,
  parseLogCheckpoint,
  parseNote,
  verifierFromRaw,
} from '@lianzheng/note';
import type {
  RestoreLastSignedRequest,
  RestoreLastSignedResponse,
} from '@lianzheng/proto/signature/v1/signature';
import { type Call, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { keyForSize } from '../domain/log-keys.ts';
import { keyMissing, useOwnLog } from './own-log.ts';
import { refused } from './sign-checkpoint.ts';

export function restoreLastSigned(context: Context) {
  return async (
    { checkpoint }: RestoreLastSignedRequest,
    { caller }: Call,
  ): Promise<RestoreLastSignedResponse> => {
    const found = parse(checkpoint);
    await useOwnLog(context, caller, found, async ({ origin, log }, { open, replace }) => {
      const key = keyForSize(context.keystore.listKeys(`log:${log}`), origin, found.size);
      if (!key?.entry.publicKey) throw keyMissing(`log:${log}`);
      requireSignature(checkpoint, origin, key.entry.publicKey);
      const memory = await open();
      if (!memory) await replace(lastSignedOf(found));
      else if (isForward(memory.last(), found)) await memory.remember(lastSignedOf(found));
      context.events.memoryRestored(origin, found.size);
    });
    return {};
  };
}

/** False where nothing is left to do; throws where it would go back. The own signature stands for the proof: it was made against a memory. */
function isForward(last: LastSigned, found: LogCheckpoint): boolean {
  if (found.size < last.size) throw refused('MEMORY_SMALLER', last);
  if (found.size === last.size) {
    if (!found.root.equals(last.root)) throw refused('MEMORY_OTHER_ROOT', last);
    return last.time === undefined || found.time > last.time;
  }
  if (last.time && found.time < last.time) throw refused('MEMORY_TIME', last);
  return true;
}

function parse(note: Buffer): LogCheckpoint {
  try {
    return parseLogCheckpoint(parseNote(note).text);
  } catch (cause) {
    throw notOurs(cause);
  }
}

function requireSignature(note: Buffer, origin: string, publicKey: Buffer): void {
  try {
    openNote(note, [verifierFromRaw(origin, publicKey)]);
  } catch (cause) {
    throw notOurs(cause);
  }
}

function notOurs(cause: unknown): unknown {
  if (!(cause instanceof NoteError)) return cause;
  return invalidArgument(
    {
      field: 'checkpoint',
      description: `不是本节点签名的检查点 / not a checkpoint signed by this node (${cause.code})`,
    },
    undefined,
    'CHECKPOINT_REFUSED',
  );
}

function lastSignedOf({ size, root, time }: LogCheckpoint): LastSigned {
  return { size, root, time };
}
