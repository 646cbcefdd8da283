import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  appendLeafHashes,
  consistencyFault,
  consistencyProof,
  decodeFrontier,
  emptyFrontier,
  emptyRoot,
  encodeFrontier,
  type Frontier,
  frontierRoot,
  growTree,
  inclusionFault,
  inclusionProof,
  leafHash,
  nodeHash,
  partialTiles,
  type ReadTiles,
  rootFromTiles,
  type Tile,
  type TileCoord,
  tilesForGrowth,
  tilesOfTree,
} from './index.ts';

/** RFC 9162 §2.1, word by word and recursive; shares no code with what it judges. */
const naive = {
  hash: (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest(),
  split: (n: number) => 2 ** Math.floor(Math.log2(n - 1)),
  root(leaves: Buffer[]): Buffer {
    if (leaves.length === 0) return naive.hash();
    if (leaves.length === 1) return naive.hash(Buffer.of(0), leaves[0]!);
    const k = naive.split(leaves.length);
    return naive.hash(Buffer.of(1), naive.root(leaves.slice(0, k)), naive.root(leaves.slice(k)));
  },
  path(m: number, leaves: Buffer[]): Buffer[] {
    if (leaves.length === 1) return [];
    const k = naive.split(leaves.length);
    const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
    return m < k
      ? [...naive.path(m, left), naive.root(right)]
      : [...naive.path(m - k, right), naive.root(left)];
  },
  proof: (m: number, leaves: Buffer[]) => naive.subproof(m, leaves, true),
  subproof(m: number, leaves: Buffer[], known: boolean): Buffer[] {
    if (m === leaves.length) return known ? [] : [naive.root(leaves)];
    const k = naive.split(leaves.length);
    const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
    return m <= k
      ? [...naive.subproof(m, left, known), naive.root(right)]
      : [...naive.subproof(m - k, right, false), naive.root(left)];
  },
};

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`entry ${i}`));

/** A log store as small as can be: tiles overwritten in place. */
function memoryLog() {
  const rows = new Map<string, Buffer>();
  const reads: TileCoord[][] = [];
  let head: Frontier = emptyFrontier();
  const readTiles: ReadTiles = async (tiles) => {
    reads.push([...tiles]);
    return tiles.map(({ level, index }) => rows.get(`${level}/${index}`));
  };
  return {
    rows,
    reads,
    readTiles,
    head: () => head,
    async append(hashes: Buffer[]): Promise<Tile[]> {
      const grown = await tilesForGrowth(head, hashes, readTiles);
      for (const tile of grown.tiles) rows.set(`${tile.level}/${tile.index}`, tile.hashes);
      head = grown.frontier;
      return grown.tiles;
    },
  };
}

async function logOf(leaves: Buffer[], batch = 1000) {
  const log = memoryLog();
  for (let at = 0; at < leaves.length; at += batch)
    await log.append(leaves.slice(at, at + batch).map(leafHash));
  return log;
}

describe('reference tree of 8 leaves (the vectors of the certificate-transparency code)', () => {
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const hashes = leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));

  it('has the published roots at every size', () => {
    const found = roots.map((_, size) =>
      frontierRoot(appendLeafHashes(emptyFrontier(), hashes.slice(0, size))),
    );
    assert.deepEqual(
      found.map((root) => root.toString('hex')),
      roots,
    );
    assert.equal(emptyRoot().toString('hex'), roots[0]);
  });

  it('has the published consistency proof 6 → 8 and inclusion proof of leaf 5 in 8', async () => {
    const log = await logOf(leaves.map((leaf) => Buffer.from(leaf, 'hex')));
    const hex = (proof: Buffer[]) => proof.map((hash) => hash.toString('hex'));
    assert.deepEqual(hex(await consistencyProof(6, 8, log.readTiles)), [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    assert.deepEqual(hex(await inclusionProof(5, 8, log.readTiles)), [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });
});

describe('frontier', () => {
  it('agrees with the recursive definition, however the leaves are batched', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(70), { maxLength: 8 }), (batches) => {
        const leaves = leavesOf(batches.reduce((a, b) => a + b, 0));
        let frontier = emptyFrontier();
        let at = 0;
        for (const batch of batches) {
          frontier = appendLeafHashes(frontier, leaves.slice(at, at + batch).map(leafHash));
          at += batch;
        }
        assert.equal(frontier.size, leaves.length);
        assert.deepEqual(frontierRoot(frontier), naive.root(leaves));
        assert.deepEqual(decodeFrontier(encodeFrontier(frontier)), frontier);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the frontier it was given unchanged', () => {
    const before = appendLeafHashes(emptyFrontier(), leavesOf(3).map(leafHash));
    const bytes = encodeFrontier(before);
    appendLeafHashes(before, leavesOf(5).map(leafHash));
    assert.deepEqual(encodeFrontier(before), bytes);
  });

  it('refuses what is no frontier, no hash, no size', () => {
    const bytes = encodeFrontier(appendLeafHashes(emptyFrontier(), leavesOf(7).map(leafHash)));
    const beyond = Buffer.from('0020000000000000', 'hex');
    for (const wrong of [
      Buffer.alloc(0),
      bytes.subarray(0, 7),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, bytes]),
      beyond,
    ]) {
      assert.throws(() => decodeFrontier(wrong), { name: 'MerkleError', code: 'encoding' });
    }
    assert.throws(() => appendLeafHashes(emptyFrontier(), [Buffer.alloc(31)]), { code: 'hash' });
    assert.throws(() => nodeHash(Buffer.alloc(32), Buffer.alloc(33)), { code: 'hash' });
    const full = { size: Number.MAX_SAFE_INTEGER, hashes: Array.from({ length: 53 }, () => emptyRoot()) };
    assert.deepEqual(decodeFrontier(encodeFrontier(full)), full);
    assert.throws(() => appendLeafHashes(full, [emptyRoot()]), { code: 'size' });
  });
});

describe('tiles of a growing log', () => {
  it('hold exactly the tiles of tlog-tiles, each hash the root of its leaves', async () => {
    const leaves = leavesOf(70_000);
    const log = await logOf(leaves, 3_777);
    const expected = [...tilesOfTree(70_000)];
    assert.deepEqual(
      [...log.rows.keys()].sort(),
      expected.map(({ level, index }) => `${level}/${index}`).sort(),
    );
    for (const { level, index, width } of expected)
      assert.equal(log.rows.get(`${level}/${index}`)!.length, width * 32);
    assert.deepEqual(log.rows.get('0/273')!.subarray(0, 32), leafHash(leaves[273 * 256]!));
    const level1 = log.rows.get('1/1')!;
    assert.deepEqual(level1.subarray(32, 64), naive.root(leaves.slice(257 * 256, 258 * 256)));
    assert.deepEqual(log.rows.get('2/0'), naive.root(leaves.slice(0, 65_536)));
    assert.deepEqual(await rootFromTiles(70_000, log.readTiles), frontierRoot(log.head()));
  });

  it('writes only tiles that change and reads only partial tiles that grow', async () => {
    const log = await logOf(leavesOf(1_000));
    log.reads.length = 0;
    const changed = await log.append(leavesOf(20).map(leafHash));
    assert.deepEqual(
      changed.map(({ level, index }) => [level, index]),
      [[0, 3]],
    );
    assert.deepEqual(log.reads, [[{ level: 0, index: 3, width: 232 }]]);
    log.reads.length = 0;
    const next = await log.append(leavesOf(8).map(leafHash));
    const widths = next.map(({ level, index, hashes }) => `${level}/${index}.${hashes.length / 32}`);
    assert.deepEqual(widths.sort(), ['0/3.256', '0/4.4', '1/0.4']);
    assert.deepEqual(log.reads, [partialTiles(1_020)]);
    assert.deepEqual(
      partialTiles(1_020).map((tile) => tile.width),
      [252, 3],
    );
  });

  it('refuses a partial tile that lacks hashes', async () => {
    const { frontier } = growTree(emptyFrontier(), leavesOf(10).map(leafHash));
    const short: ReadTiles = async () => [Buffer.alloc(9 * 32)];
    await assert.rejects(tilesForGrowth(frontier, [emptyRoot()], short), { code: 'tile' });
    await assert.rejects(
      tilesForGrowth(frontier, [emptyRoot()], async () => []),
      { code: 'tile' },
    );
  });
});

describe('proofs', () => {
  it('agree with the recursive definition for every index and size up to 40', async () => {
    const leaves = leavesOf(40);
    const log = await logOf(leaves);
    for (let size = 0; size <= leaves.length; size += 1) {
      const tree = leaves.slice(0, size);
      const root = naive.root(tree);
      assert.deepEqual(await rootFromTiles(size, log.readTiles), root);
      for (let m = 0; m < size; m += 1) {
        const path = await inclusionProof(m, size, log.readTiles);
        assert.deepEqual(path, naive.path(m, tree));
        assert.equal(
          inclusionFault({ index: m, size, leafHash: leafHash(leaves[m]!), proof: path, root }),
          undefined,
        );
        const claim = { size1: m + 1, root1: naive.root(leaves.slice(0, m + 1)), size2: size, root2: root };
        const proof = await consistencyProof(m + 1, size, log.readTiles);
        assert.deepEqual(proof, naive.proof(m + 1, tree));
        assert.equal(consistencyFault({ ...claim, proof }), undefined);
      }
    }
  });

  it('agree with it in trees of several tile levels, from tiles that have grown since', async () => {
    const leaves = leavesOf(66_500);
    const log = await logOf(leaves, 4_000);
    const sizes = [255, 256, 257, 511, 1_000, 65_535, 65_536, 65_537, 66_048, 66_500];
    const roots = new Map(
      sizes.map((size) => [
        size,
        frontierRoot(appendLeafHashes(emptyFrontier(), leaves.slice(0, size).map(leafHash))),
      ]),
    );
    for (const size of sizes) {
      const root = roots.get(size)!;
      assert.deepEqual(await rootFromTiles(size, log.readTiles), root);
      for (const index of [0, 1, 255, 256, 1_023, 65_535, 65_536, size - 1].filter((i) => i < size)) {
        const proof = await inclusionProof(index, size, log.readTiles);
        assert.equal(
          inclusionFault({ index, size, leafHash: leafHash(leaves[index]!), proof, root }),
          undefined,
        );
      }
      for (const size1 of sizes.filter((other) => other <= size)) {
        const proof = await consistencyProof(size1, size, log.readTiles);
        assert.equal(
          consistencyFault({ size1, root1: roots.get(size1)!, size2: size, root2: root, proof }),
          undefined,
        );
      }
    }
    assert.deepEqual(await inclusionProof(300, 66_500, log.readTiles), naive.path(300, leaves));
    assert.deepEqual(await consistencyProof(1_000, 66_500, log.readTiles), naive.proof(1_000, leaves));
  });

  it('read all tiles in one call, each once, at the width of the tree asked about', async () => {
    const log = await logOf(leavesOf(70_000), 4_000);
    log.reads.length = 0;
    await inclusionProof(65_000, 66_000, log.readTiles);
    assert.deepEqual(
      log.reads.map((call) => call.map(({ level, index, width }) => `${level}/${index}.${width}`)),
      [['0/253.256', '1/0.256', '1/1.1', '0/257.208']],
    );
  });

  it('are refused where there is no such leaf, tree or tile', async () => {
    const log = await logOf(leavesOf(10));
    await assert.rejects(inclusionProof(10, 10, log.readTiles), { code: 'size' });
    await assert.rejects(inclusionProof(-1, 10, log.readTiles), { code: 'size' });
    await assert.rejects(consistencyProof(5, 4, log.readTiles), { code: 'size' });
    await assert.rejects(consistencyProof(1, 2 ** 53, log.readTiles), { code: 'size' });
    await assert.rejects(rootFromTiles(11, log.readTiles), { code: 'tile' });
    assert.deepEqual(await consistencyProof(0, 10, log.readTiles), []);
    assert.deepEqual(await consistencyProof(10, 10, log.readTiles), []);
  });
});
