import { isTreeSize, MerkleError, requireTreeSize } from './errors.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './hash.ts';

/**
 * The roots of the complete subtrees that make up a tree, the largest (leftmost) first: one per 1-bit of size.
 * All that an owner or follower needs to append and to know the root. Treated as a value: nothing here changes one.
 */
export type Frontier = { readonly size: number; readonly hashes: readonly Buffer[] };

export function emptyFrontier(): Frontier {
  return { size: 0, hashes: [] };
}

/** Throws MerkleError 'hash' for a leaf hash that is not 32 bytes, 'size' beyond 2^53 − 1. */
export function appendLeafHashes(frontier: Frontier, leafHashes: readonly Uint8Array[]): Frontier {
  return appendTracing(frontier, leafHashes, () => {});
}

/**
 * Appends, and tells of every complete subtree that arises: its height, its index among those of that height, its hash.
 * Those of one height come in the order of their index.
 */
export function appendTracing(
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
  onSubtree: (height: number, index: number, hash: Buffer) => void,
): Frontier {
  requireTreeSize(frontier.size + leafHashes.length, 'size after appending');
  const hashes = [...frontier.hashes];
  let size = frontier.size;
  for (const leaf of leafHashes) {
    let hash = asHash(leaf);
    let index = size;
    let height = 0;
    onSubtree(height, index, hash);
    while (index % 2 === 1) {
      hash = nodeHash(hashes.pop()!, hash);
      index = (index - 1) / 2;
      height += 1;
      onSubtree(height, index, hash);
    }
    hashes.push(hash);
    size += 1;
  }
  return { size, hashes };
}

/** The tree head's hash; of the empty tree SHA-256 of nothing. */
export function frontierRoot(frontier: Frontier): Buffer {
  const smallestFirst = frontier.hashes.toReversed();
  return smallestFirst.length === 0
    ? emptyRoot()
    : smallestFirst.reduce((right, left) => nodeHash(left, right));
}

/** 8 bytes of size, big-endian, then the hashes: at most 1,704 bytes, for one database column. */
export function encodeFrontier(frontier: Frontier): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(frontier.size));
  return Buffer.concat([size, ...frontier.hashes]);
}

/** Throws MerkleError 'encoding' unless the bytes are exactly what encodeFrontier writes. */
export function decodeFrontier(bytes: Uint8Array): Frontier {
  const buffer = Buffer.from(bytes);
  const size = buffer.length >= 8 ? Number(buffer.readBigUInt64BE()) : Number.NaN;
  if (!isTreeSize(size) || buffer.length !== 8 + HASH_BYTES * countOnes(size)) {
    throw new MerkleError('encoding', `no frontier: ${buffer.length} bytes, size ${size}`);
  }
  const hashes: Buffer[] = [];
  for (let at = 8; at < buffer.length; at += HASH_BYTES) hashes.push(buffer.subarray(at, at + HASH_BYTES));
  return { size, hashes };
}

function countOnes(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

function asHash(leaf: Uint8Array): Buffer {
  if (leaf.length !== HASH_BYTES) throw new MerkleError('hash', `leaf hash of ${leaf.length} bytes`);
  return Buffer.isBuffer(leaf) ? leaf : Buffer.from(leaf);
}
