import { inclusionFault, leafHash } from '@lianzheng/merkle';
import { NoteError } from '@lianzheng/note';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import type { VerifyLicenceResponse } from '@lianzheng/proto/exchange/v1/exchange';
import { Leaf, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { openCheckpoint } from './checkpoint.ts';
import type { KeyBook } from './key-book.ts';

export type Proof = {
  readonly sequence: bigint;
  readonly size: bigint;
  readonly leaf: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: Uint8Array;
};

/**
 * Why the entry does not stand in that node's log by this proof; undefined = it does. The checkpoint's root and signature
 * are what counts, not the size that the answer names.
 */
export function inclusionProblem(
  { sequence, leaf, hashes, checkpoint }: Proof,
  { node, log }: { node: string; log: string },
  keys: readonly LogKey[],
): string | undefined {
  if (checkpoint.length === 0) return '没有检查点 / no checkpoint';
  try {
    const head = openCheckpoint(checkpoint, keys);
    if (head.node !== node || head.log !== log)
      return `检查点属于 ${head.node}/${head.log} / checkpoint of another log`;
    const claim = {
      index: Number(sequence),
      size: head.size,
      leafHash: leafHash(leaf),
      proof: hashes,
      root: head.root,
    };
    return inclusionFault(claim);
  } catch (error) {
    if (error instanceof NoteError) return error.message;
    throw error;
  }
}

/** Why the proof does not carry the answer about a licence: the entry must be about it and say what the answer says. */
export function proofFault(answer: VerifyLicenceResponse, keys: KeyBook): string | undefined {
  const { proof, homeNode } = answer;
  if (!proof) return '答复没有附证明 / the answer bears none';
  const problem = inclusionProblem(proof, { node: homeNode, log: 'status' }, keys.keysOf(homeNode, 'status'));
  if (problem) return problem;
  return contentFault(answer, proof.leaf);
}

function contentFault(answer: VerifyLicenceResponse, bytes: Uint8Array): string | undefined {
  try {
    const { kind, body: encoded } = Leaf.decode(bytes);
    if (kind !== LeafKind.STATUS) return '所证条目不是状态条目 / not a status entry';
    const body = StatusBody.decode(encoded);
    const same =
      licenceOf(body.identifier) === licenceOf(answer.identifier) &&
      body.revision === answer.revision &&
      body.state === answer.state;
    return same ? undefined : '所证条目与答复不符 / the entry says something else';
  } catch {
    return '所证条目无法解码 / the entry cannot be decoded';
  }
}

/** Type, issuer and serial: what a licence keeps through all its versions. */
function licenceOf(identifier: string): string {
  return identifier.split('.').slice(0, -2).join('.');
}
