import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  appendLeafHashes,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  inclusionProof,
  leafHash,
  type ReadTiles,
  tilesForGrowth,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';

/** The test tree of github.com/transparency-dev/merkle and every proof in it: testdata/transparency-dev.go made it. */
type Vectors = {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; proof: string[] }[];
  consistency: { size1: number; size2: number; proof: string[] }[];
};
const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../testdata/transparency-dev.json', import.meta.url), 'utf8'),
);

const bytes = (base64: string) => Buffer.from(base64, 'base64');
const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64');

const hashes = vectors.leaves.map((leaf) => leafHash(bytes(leaf)));
const root = (size: number) => bytes(vectors.roots[size]!);
const { tiles } = await tilesForGrowth(emptyFrontier(), hashes, async () => []);
const readTiles: ReadTiles = async (coords) =>
  coords.map(
    ({ level, index }) => tiles.find((tile) => tile.level === level && tile.index === index)?.hashes,
  );

describe('the test tree of transparency-dev/merkle', () => {
  it('has the same root at every size, the empty one included', () => {
    const roots = vectors.roots.map((_, size) =>
      base64(frontierRoot(appendLeafHashes(emptyFrontier(), hashes.slice(0, size)))),
    );
    assert.deepEqual(roots, vectors.roots);
  });

  it('has the same inclusion proofs, and they verify for their own leaf only', async () => {
    assert.equal(vectors.inclusion.length, 36);
    for (const { index, size, proof } of vectors.inclusion) {
      assert.deepEqual((await inclusionProof(index, size, readTiles)).map(base64), proof);
      const claim = { index, size, leafHash: hashes[index]!, proof: proof.map(bytes), root: root(size) };
      assert.ok(verifyInclusion(claim));
      assert.ok(!verifyInclusion({ ...claim, leafHash: hashes[(index + 1) % hashes.length]! }));
    }
  });

  it('has the same consistency proofs, and they verify for their own roots only', async () => {
    assert.equal(vectors.consistency.length, 36);
    for (const { size1, size2, proof } of vectors.consistency) {
      assert.deepEqual((await consistencyProof(size1, size2, readTiles)).map(base64), proof);
      const claim = { size1, root1: root(size1), size2, root2: root(size2), proof: proof.map(bytes) };
      assert.ok(verifyConsistency(claim));
      assert.ok(!verifyConsistency({ ...claim, root1: root(size1 - 1) }));
    }
  });
});
