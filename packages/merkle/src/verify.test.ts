import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  appendLeafHashes,
  type ConsistencyClaim,
  consistencyFault,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  type InclusionClaim,
  inclusionFault,
  inclusionProof,
  leafHash,
  type ProofFault,
  type ReadTiles,
  tilesForGrowth,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';

/** The vectors are plain JSON, made by another implementation; any further one can run them. */
type Vector = { name: string; proof: string[]; fault: ProofFault | null };
type InclusionVector = Vector & { index: number; size: number; leafHash: string; root: string };
type ConsistencyVector = Vector & { size1: number; root1: string; size2: number; root2: string };

function vectors<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8')).cases;
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');

describe('inclusion vectors', () => {
  for (const vector of vectors<InclusionVector>('inclusion.json')) {
    it(`${vector.name}: ${vector.fault ?? 'verifies'}`, () => {
      const { index, size } = vector;
      const proof = vector.proof.map(bytes);
      const claim = { index, size, leafHash: bytes(vector.leafHash), proof, root: bytes(vector.root) };
      assert.equal(inclusionFault(claim), vector.fault ?? undefined);
      assert.equal(verifyInclusion(claim), vector.fault === null);
    });
  }
});

describe('consistency vectors', () => {
  for (const vector of vectors<ConsistencyVector>('consistency.json')) {
    it(`${vector.name}: ${vector.fault ?? 'verifies'}`, () => {
      const { size1, size2 } = vector;
      const proof = vector.proof.map(bytes);
      const claim = { size1, root1: bytes(vector.root1), size2, root2: bytes(vector.root2), proof };
      assert.equal(consistencyFault(claim), vector.fault ?? undefined);
      assert.equal(verifyConsistency(claim), vector.fault === null);
    });
  }
});

const SIZE = 600;
const hashes = Array.from({ length: SIZE }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
const rootOf = (size: number) => frontierRoot(appendLeafHashes(emptyFrontier(), hashes.slice(0, size)));
const { tiles } = await tilesForGrowth(emptyFrontier(), hashes, async () => []);
const readTiles: ReadTiles = async (coords) =>
  coords.map(
    ({ level, index }) => tiles.find((tile) => tile.level === level && tile.index === index)?.hashes,
  );

const twoSizes = fc.tuple(fc.integer({ min: 1, max: SIZE }), fc.integer({ min: 1, max: SIZE }));

describe('any change of a true claim is refused', () => {
  it('of inclusion', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, fc.nat(), fc.nat(), async ([a, b], where, bit) => {
        const [index, size] = [Math.min(a, b) - 1, Math.max(a, b)];
        const proof = await inclusionProof(index, size, readTiles);
        const claim: InclusionClaim = { index, size, leafHash: hashes[index]!, proof, root: rootOf(size) };
        assert.ok(verifyInclusion(claim));
        const [first, last, ...path] = flipOneBit([claim.leafHash, claim.root, ...proof], where, bit);
        assert.equal(
          inclusionFault({ ...claim, leafHash: first!, root: last!, proof: path }),
          'root-mismatch',
        );
        assert.equal(inclusionFault({ ...claim, proof: [...proof, claim.root] }), 'proof-length');
        if (size > 1) {
          assert.equal(inclusionFault({ ...claim, proof: proof.slice(1) }), 'proof-length');
          assert.ok(!verifyInclusion({ ...claim, index: (index + 1) % size }));
        }
      }),
    );
  });

  it('of consistency', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, fc.nat(), fc.nat(), async ([a, b], where, bit) => {
        const [size1, size2] = [Math.min(a, b), Math.max(a, b)];
        const proof = await consistencyProof(size1, size2, readTiles);
        const claim: ConsistencyClaim = { size1, root1: rootOf(size1), size2, root2: rootOf(size2), proof };
        assert.ok(verifyConsistency(claim));
        const [root1, root2, ...path] = flipOneBit([claim.root1, claim.root2, ...proof], where, bit);
        assert.match(
          consistencyFault({ ...claim, root1: root1!, root2: root2!, proof: path })!,
          /^root[12]-mismatch$/,
        );
        assert.equal(consistencyFault({ ...claim, proof: [...proof, claim.root2] }), 'proof-length');
        if (proof.length > 0) {
          assert.equal(consistencyFault({ ...claim, proof: proof.slice(1) }), 'proof-length');
        }
      }),
    );
  });
});

/** Somewhere in the hashes, one bit. */
function flipOneBit(from: readonly Uint8Array[], where: number, bit: number): Buffer[] {
  const copies = from.map((hash) => Buffer.from(hash));
  copies[where % copies.length]![Math.floor(bit / 8) % 32]! ^= 1 << (bit % 8);
  return copies;
}
