import { isTreeSize } from './errors.ts';
import { HASH_BYTES, nodeHash } from './hash.ts';

/** Why a proof is refused. Only the root mismatches speak of the log; the others of a malformed claim. */
export type ProofFault =
  | 'size-invalid'
  | 'index-beyond-size'
  | 'size1-zero'
  | 'size1-beyond-size2'
  | 'hash-length'
  | 'proof-length'
  | 'root-mismatch'
  | 'root1-mismatch'
  | 'root2-mismatch';

export type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

export type ConsistencyClaim = {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly size2: number;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

export function verifyInclusion(claim: InclusionClaim): boolean {
  return inclusionFault(claim) === undefined;
}

/** As transparency-dev/merkle: size1 = 0 is refused, for nothing follows from it; equal sizes take an empty proof. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  return consistencyFault(claim) === undefined;
}

/** RFC 9162 §2.1.3.2; undefined = the leaf stands in the tree. */
export function inclusionFault({
  index,
  size,
  leafHash,
  proof,
  root,
}: InclusionClaim): ProofFault | undefined {
  if (!isTreeSize(size) || !isTreeSize(index)) return 'size-invalid';
  if (index >= size) return 'index-beyond-size';
  if (!areHashes([leafHash, root, ...proof])) return 'hash-length';
  let climb: Climb = { node: index, last: size - 1 };
  let hash = leafHash;
  for (const sibling of proof) {
    if (climb.last === 0) return 'proof-length';
    if (isRightOrLast(climb)) {
      hash = nodeHash(sibling, hash);
      climb = skipLevelsWithoutSibling(climb);
    } else {
      hash = nodeHash(hash, sibling);
    }
    climb = up(climb);
  }
  if (climb.last !== 0) return 'proof-length';
  return equal(hash, root) ? undefined : 'root-mismatch';
}

/** RFC 9162 §2.1.4.2; undefined = the second tree begins with the first. */
export function consistencyFault(claim: ConsistencyClaim): ProofFault | undefined {
  const { size1, root1, size2, root2, proof } = claim;
  if (!isTreeSize(size1) || !isTreeSize(size2)) return 'size-invalid';
  if (size1 > size2) return 'size1-beyond-size2';
  if (size1 === 0) return 'size1-zero';
  if (!areHashes([root1, root2, ...proof])) return 'hash-length';
  if (size1 === size2) {
    if (proof.length > 0) return 'proof-length';
    return equal(root1, root2) ? undefined : 'root2-mismatch';
  }
  if (proof.length === 0) return 'proof-length';
  return chainFault(claim);
}

function chainFault({ size1, root1, size2, root2, proof }: ConsistencyClaim): ProofFault | undefined {
  const [seed, ...siblings] = isPowerOfTwo(size1) ? [root1, ...proof] : proof;
  let climb: Climb = { node: size1 - 1, last: size2 - 1 };
  while (climb.node % 2 === 1) climb = up(climb);
  let hash1 = seed!;
  let hash2 = seed!;
  for (const sibling of siblings) {
    if (climb.last === 0) return 'proof-length';
    if (isRightOrLast(climb)) {
      hash1 = nodeHash(sibling, hash1);
      hash2 = nodeHash(sibling, hash2);
      climb = skipLevelsWithoutSibling(climb);
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    climb = up(climb);
  }
  if (climb.last !== 0) return 'proof-length';
  if (!equal(hash1, root1)) return 'root1-mismatch';
  return equal(hash2, root2) ? undefined : 'root2-mismatch';
}

/** fn and sn of RFC 9162: the node on the path and the last node, as indices within one level. */
type Climb = { readonly node: number; readonly last: number };

function up({ node, last }: Climb): Climb {
  return { node: Math.floor(node / 2), last: Math.floor(last / 2) };
}

function isRightOrLast({ node, last }: Climb): boolean {
  return node % 2 === 1 || node === last;
}

/** A last node that is a left child has no sibling: it stands unchanged in the levels above. */
function skipLevelsWithoutSibling(climb: Climb): Climb {
  let at = climb;
  while (at.node % 2 === 0 && at.node !== 0) at = up(at);
  return at;
}

function isPowerOfTwo(size: number): boolean {
  let rest = size;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}

/** Hashes are public: no constant-time comparison is needed. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
