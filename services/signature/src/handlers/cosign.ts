import type { Key } from '@lianzheng/keystore';
import {
  cosign as cosignatureOf,
  formatNote,
  NoteError,
  parseLogCheckpoint,
  parseNote,
} from '@lianzheng/note';
import type { CosignRequest, CosignResponse } from '@lianzheng/proto/signature/v1/signature';
import { invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { keyMissing } from './own-log.ts';

const MAX_CHECKPOINTS = 1_000;

/** Exchange has verified the notes against the heads that it follows; here counts only that none is our own. */
export function cosign({ node, keystore, clock, events }: Context) {
  return async ({ checkpoints }: CosignRequest): Promise<CosignResponse> => {
    const key = keystore.findKey('witness');
    if (!key) throw keyMissing('witness');
    if (checkpoints.length > MAX_CHECKPOINTS)
      throw refused('checkpoints', `多于 / more than ${MAX_CHECKPOINTS}`);
    const timeSeconds = Math.trunc(clock.nowMs() / 1000);
    const cosigned = checkpoints.map((note, i) => addCosignature(note, i, node, key, timeSeconds));
    events.headsCosigned(cosigned.length);
    return { checkpoints: cosigned };
  };
}

function addCosignature(
  bytes: Buffer,
  i: number,
  own: string,
  { entry, secret }: Key,
  timeSeconds: number,
): Buffer {
  const field = `checkpoints[${i}]`;
  try {
    const note = parseNote(bytes);
    if (parseLogCheckpoint(note.text).node === own)
      throw refused(field, '本节点自己的日志 / a log of this node');
    const name = entry.name ?? '';
    const cosignature = cosignatureOf(note.text, { name, privateKey: secret }, timeSeconds);
    // An older cosignature of ours says less than the new one.
    const others = note.signatures.filter((each) => each.name !== name || each.keyId !== cosignature.keyId);
    return Buffer.from(formatNote({ text: note.text, signatures: [...others, cosignature] }));
  } catch (cause) {
    if (!(cause instanceof NoteError)) throw cause;
    throw refused(field, `不是检查点 / no checkpoint (${cause.code})`);
  }
}

function refused(field: string, description: string) {
  return invalidArgument({ field, description }, undefined, 'CHECKPOINT_REFUSED');
}
