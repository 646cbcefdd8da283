import type { LastSigned } from '@lianzheng/keystore';
import { verifyConsistency } from '@lianzheng/merkle';

export type CheckpointRefusal = 'MEMORY_SMALLER' | 'MEMORY_OTHER_ROOT' | 'MEMORY_TIME' | 'PROOF_INVALID';

export type CheckpointClaim = {
  readonly size: number;
  readonly root: Buffer;
  readonly time: Date;
  /** From the remembered size; empty from size 0 and for the same size. */
  readonly proof: readonly Buffer[];
};

/**
 * Why a checkpoint would contradict what was signed before; undefined = it may be signed. A node that signs nothing
 * else cannot show two histories, whatever happened to its database.
 */
export function checkpointRefusal(last: LastSigned, next: CheckpointClaim): CheckpointRefusal | undefined {
  if (next.size < last.size) return 'MEMORY_SMALLER';
  if (next.size === last.size && !next.root.equals(last.root)) return 'MEMORY_OTHER_ROOT';
  if (last.time && next.time < last.time) return 'MEMORY_TIME';
  return isProved(last, next) ? undefined : 'PROOF_INVALID';
}

function isProved(last: LastSigned, { size, root, proof }: CheckpointClaim): boolean {
  // Everything begins with the empty log: there is nothing to prove.
  if (last.size === 0) return proof.length === 0;
  return verifyConsistency({ size1: last.size, root1: last.root, size2: size, root2: root, proof });
}

/** The same checkpoint again (an answer that was lost): there is nothing new to remember. */
export function isRepeated(last: LastSigned, { size, root, time }: CheckpointClaim): boolean {
  return size === last.size && root.equals(last.root) && time.getTime() === last.time?.getTime();
}
