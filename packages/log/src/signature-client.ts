import type { Verifier } from '@lianzheng/note';
import { verifierFromRaw } from '@lianzheng/note';
import type {
  GetLastSignedRequest,
  GetLastSignedResponse,
  ListKeysRequest,
  ListKeysResponse,
  RestoreLastSignedRequest,
  RestoreLastSignedResponse,
  SignCheckpointRequest,
  SignCheckpointResponse,
} from '@lianzheng/proto/signature/v1/signature';
import { LastSignedState } from '@lianzheng/proto/signature/v1/signature';
import { isMeshError } from '@lianzheng/rpc/errors';
import type { CheckpointSigner, CheckpointToSign } from './signer.ts';
import type { LogId } from './source.ts';

/** The calls of the signature service that a relay makes. */
export type SignatureCalls = {
  signCheckpoint(request: SignCheckpointRequest): Promise<SignCheckpointResponse>;
  getLastSigned(request: GetLastSignedRequest): Promise<GetLastSignedResponse>;
  restoreLastSigned(request: RestoreLastSignedRequest): Promise<RestoreLastSignedResponse>;
  listKeys(request: ListKeysRequest): Promise<ListKeysResponse>;
};

/** A signer that asks the node's signature service. */
export function signerFrom(calls: SignatureCalls): CheckpointSigner {
  async function lastSigned(log: LogId) {
    const answer = await calls.getLastSigned({ log });
    const generation = answer.log?.generation ?? log.generation;
    if (answer.state === LastSignedState.LOST) return { state: 'lost' as const, generation };
    return {
      state: 'known' as const,
      generation,
      size: Number(answer.size),
      root: Buffer.from(answer.root),
      time: answer.time,
    };
  }

  async function signWith(checkpoint: CheckpointToSign, first: number): Promise<Buffer> {
    const { log, size, root, time, previousSize } = checkpoint;
    const consistencyProof = first === 0 || first >= size ? [] : await checkpoint.proofFrom(first);
    const request = {
      log,
      size: BigInt(size),
      root,
      time,
      previousSize: BigInt(previousSize),
      consistencyProof,
    };
    return Buffer.from((await calls.signCheckpoint(request)).checkpoint);
  }

  return {
    lastSigned,
    async sign(checkpoint) {
      try {
        return await signWith(checkpoint, checkpoint.likelyFirst);
      } catch (error) {
        // The memory may be ahead of what we stored: a signature that was made and never arrived.
        if (!isMeshError(error, 'FAILED_PRECONDITION')) throw error;
        const last = await lastSigned(checkpoint.log);
        if (last.state === 'lost' || last.size === checkpoint.likelyFirst || last.size > checkpoint.size)
          throw error;
        return signWith(checkpoint, last.size);
      }
    },
    async restore(note) {
      await calls.restoreLastSigned({ checkpoint: note });
    },
    async verifiers(log): Promise<Verifier[]> {
      const { keys } = await calls.listKeys({ purpose: `log:${log.log}` });
      return keys
        .filter((key) => key.publicKey.length === 32)
        .map((key) => verifierFromRaw(key.name, key.publicKey));
    },
  };
}
