import type { LastSigned } from '@lianzheng/keystore';
import { formatLogCheckpoint, NoteError, signerFromKey, signNote } from '@lianzheng/note';
import type { SignCheckpointRequest, SignCheckpointResponse } from '@lianzheng/proto/signature/v1/signature';
import { type Call, type FieldViolation, failedPrecondition, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import {
  type CheckpointClaim,
  type CheckpointRefusal,
  checkpointRefusal,
  isRepeated,
} from '../domain/checkpoint-rules.ts';
import { keyForSize } from '../domain/log-keys.ts';
import { keyMissing, memoryLost, type OwnLog, useOwnLog } from './own-log.ts';

export function signCheckpoint(context: Context) {
  return async (request: SignCheckpointRequest, { caller }: Call): Promise<SignCheckpointResponse> => {
    const claim = parse(request);
    const note = await useOwnLog(context, caller, request.log, async (log, { open }) => {
      const key = keyForSize(context.keystore.listKeys(`log:${log.log}`), log.origin, claim.size);
      if (!key) throw keyMissing(`log:${log.log}`);
      const text = textOf(context.node, log, claim);
      const memory = await open();
      if (!memory) throw memoryLost(log.origin);
      requireUncontradicted(context, log, memory.last(), claim);
      // Durable before the signature exists: one that left and is forgotten could be contradicted.
      if (!isRepeated(memory.last(), claim)) await memory.remember(claim);
      context.events.checkpointSigned(log.log, claim.size);
      return signNote(text, [signerFromKey(log.origin, key.secret)]);
    });
    return { checkpoint: Buffer.from(note) };
  };
}

function requireUncontradicted(
  { events }: Context,
  { log }: OwnLog,
  last: LastSigned,
  claim: CheckpointClaim,
): void {
  const refusal = checkpointRefusal(last, claim);
  if (!refusal) return;
  events.checkpointRefused(log, claim.size, refusal, last.size);
  throw refused(refusal, last);
}

const refusals: Record<CheckpointRefusal, string> = {
  MEMORY_SMALLER: '小于已签名的大小 / smaller than what was signed',
  MEMORY_OTHER_ROOT: '同一大小已签名另一根 / another root was signed at this size',
  MEMORY_TIME: '早于已签名的时间 / earlier than what was signed',
  PROOF_INVALID: '一致性证明不成立 / the consistency proof does not hold',
};

export function refused(refusal: CheckpointRefusal, last: LastSigned) {
  return failedPrecondition(refusal, refusals[refusal], { rememberedSize: String(last.size) });
}

type Claim = CheckpointClaim & { readonly previousSize: number };

function parse({ size, root, time, previousSize, consistencyProof }: SignCheckpointRequest): Claim {
  const wrong: FieldViolation[] = [];
  const check = (field: string, holds: boolean, description: string) => {
    if (!holds) wrong.push({ field, description });
  };
  check('size', size <= MAX_SIZE, '超出 2^53-1 / beyond 2^53-1');
  check('root', root.length === HASH_BYTES, '须为 32 字节 / must have 32 bytes');
  check('time', time !== undefined, '必填 / required');
  check('previous_size', previousSize <= size, '大于 size / beyond size');
  check('consistency_proof', consistencyProof.length <= MAX_PROOF, '过长 / too long');
  if (wrong.length > 0 || !time) throw invalidArgument(wrong);
  return { size: Number(size), root, time, previousSize: Number(previousSize), proof: consistencyProof };
}

const HASH_BYTES = 32;
const MAX_SIZE = BigInt(Number.MAX_SAFE_INTEGER);
/** Twice the height of the largest tree, and one. */
const MAX_PROOF = 107;

function textOf(node: string, { log, generation }: OwnLog, claim: Claim): string {
  try {
    return formatLogCheckpoint({ node, log, generation, ...claim });
  } catch (cause) {
    if (!(cause instanceof NoteError)) throw cause;
    throw invalidArgument({ field: 'time', description: `检查点无法成文 / no checkpoint: ${cause.message}` });
  }
}
