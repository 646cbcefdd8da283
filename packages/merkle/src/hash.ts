import { hash } from 'node:crypto';
import { MerkleError } from './errors.ts';

export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Hashing is synchronous, so one buffer serves every node; a fresh one per node costs half the speed. */
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = NODE_PREFIX;

/** MTH of one entry: SHA-256(0x00 ‖ leaf), RFC 9162 §2.1.1. */
export function leafHash(leaf: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + leaf.length);
  input[0] = LEAF_PREFIX;
  input.set(leaf, 1);
  return sha256(input);
}

/** MTH of two subtrees: SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1. Both must be 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new MerkleError('hash', `node of ${left.length} and ${right.length} bytes`);
  }
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

/** MTH of no entries: SHA-256 of the empty string. */
export function emptyRoot(): Buffer {
  return sha256(Buffer.alloc(0));
}

/** By way of a binary (latin1) string: twice as fast as asking for a Buffer, which allocates outside the pool. */
function sha256(input: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', input, 'binary'), 'latin1');
}
