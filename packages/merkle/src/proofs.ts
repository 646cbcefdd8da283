import { MerkleError, requireTreeSize } from './errors.ts';
import type { Frontier } from './frontier.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './hash.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileCoord, tileWidth } from './tiles.ts';

/**
 * Reads tiles, in the order asked for; every call asks for each tile once. `width` is the tile's in the tree in
 * question; more hashes may be returned (the tile has grown since), fewer are an error.
 */
export type ReadTiles = (tiles: readonly TileCoord[]) => Promise<readonly (Uint8Array | undefined)[]>;

/** Leaves from ≤ i < to. */
type Range = { readonly from: number; readonly to: number };

/** PATH(index, D[size]) of RFC 9162 §2.1.3.1. Reads the tiles in one call. */
export async function inclusionProof(index: number, size: number, readTiles: ReadTiles): Promise<Buffer[]> {
  requireTreeSize(size, 'size');
  requireTreeSize(index, 'index');
  if (index >= size) throw new MerkleError('size', `index ${index} in a tree of ${size}`);
  return hashRanges(inclusionRanges(index, { from: 0, to: size }), size, readTiles);
}

/**
 * PROOF(size1, D[size2]) of RFC 9162 §2.1.4.1. Reads the tiles in one call.
 * Empty for size1 = size2, and for size1 = 0, where nothing can be proved (and verifyConsistency refuses).
 */
export async function consistencyProof(
  size1: number,
  size2: number,
  readTiles: ReadTiles,
): Promise<Buffer[]> {
  requireTreeSize(size1, 'size1');
  requireTreeSize(size2, 'size2');
  if (size1 > size2) throw new MerkleError('size', `size1 ${size1} > size2 ${size2}`);
  if (size1 === 0) return [];
  return hashRanges(consistencyRanges(size1, { from: 0, to: size2 }, true), size2, readTiles);
}

/** The root of the first `size` leaves, whatever the log has grown to. */
export async function rootFromTiles(size: number, readTiles: ReadTiles): Promise<Buffer> {
  requireTreeSize(size, 'size');
  if (size === 0) return emptyRoot();
  const [root] = await hashRanges([{ from: 0, to: size }], size, readTiles);
  return root!;
}

function inclusionRanges(index: number, tree: Range): Range[] {
  if (tree.to - tree.from === 1) return [];
  const middle = split(tree);
  const left = { from: tree.from, to: middle };
  const right = { from: middle, to: tree.to };
  return index < middle ? [...inclusionRanges(index, left), right] : [...inclusionRanges(index, right), left];
}

/** SUBPROOF of RFC 9162 §2.1.4.1; `known` says that the verifier has the hash of `tree` as its first root. */
function consistencyRanges(size1: number, tree: Range, known: boolean): Range[] {
  if (size1 === tree.to) return known ? [] : [tree];
  const middle = split(tree);
  const left = { from: tree.from, to: middle };
  const right = { from: middle, to: tree.to };
  return size1 <= middle
    ? [...consistencyRanges(size1, left, known), right]
    : [...consistencyRanges(size1, right, false), left];
}

/** RFC 9162 §2.1.1: the left subtree takes the largest power of two smaller than the number of leaves. */
function split({ from, to }: Range): number {
  let leaves = 1;
  while (leaves * 2 < to - from) leaves *= 2;
  return from + leaves;
}

/** The frontier of the first `size` leaves, whatever the log has grown to. */
export async function frontierFromTiles(size: number, readTiles: ReadTiles): Promise<Frontier> {
  requireTreeSize(size, 'size');
  const subtrees = completeSubtrees({ from: 0, to: size });
  let from = 0;
  const ranges = subtrees.map(({ level, count }) => {
    const leaves = count * TILE_WIDTH ** level;
    from += leaves;
    return { from: from - leaves, to: from };
  });
  return { size, hashes: await hashRanges(ranges, size, readTiles) };
}

/** The MTH of each range, all of them complete subtrees or ragged at `size`. */
async function hashRanges(ranges: readonly Range[], size: number, readTiles: ReadTiles): Promise<Buffer[]> {
  const parts = ranges.map((range) => completeSubtrees(range));
  const coords = new Map<string, TileCoord>();
  for (const { level, index } of parts.flat()) {
    coords.set(`${level}/${index}`, { level, index, width: tileWidth(level, index, size) });
  }
  const tiles = await readAll([...coords.values()], readTiles);
  return parts.map((subtrees) =>
    subtrees
      .map((subtree) => subtreeHash(subtree, tiles))
      .reduceRight((right, left) => nodeHash(left, right)),
  );
}

async function readAll(coords: readonly TileCoord[], readTiles: ReadTiles): Promise<Map<string, Uint8Array>> {
  const found = coords.length === 0 ? [] : await readTiles(coords);
  return new Map(
    coords.map(({ level, index, width }, i) => {
      const tile = found[i];
      if (!tile || tile.length < width * HASH_BYTES) {
        throw new MerkleError('tile', `tile ${level}/${index} lacks its first ${width} hashes`);
      }
      return [`${level}/${index}`, tile];
    }),
  );
}

/** A complete subtree as it stands in a tile: `count` (a power of two, at most 128) hashes from `offset` on. */
type Subtree = {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly count: number;
};

/** The range as complete subtrees, the largest first. Every range of RFC 9162 starts at a multiple of its largest. */
function completeSubtrees({ from, to }: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  let start = from;
  while (start < to) {
    let height = 0;
    while (2 ** (height + 1) <= to - start) height += 1;
    subtrees.push(placeInTile(start, height));
    start += 2 ** height;
  }
  return subtrees;
}

function placeInTile(firstLeaf: number, height: number): Subtree {
  const level = Math.floor(height / TILE_HEIGHT);
  const position = firstLeaf / TILE_WIDTH ** level;
  const count = 2 ** (height % TILE_HEIGHT);
  return { level, index: Math.floor(position / TILE_WIDTH), offset: position % TILE_WIDTH, count };
}

function subtreeHash(
  { level, index, offset, count }: Subtree,
  tiles: ReadonlyMap<string, Uint8Array>,
): Buffer {
  const tile = tiles.get(`${level}/${index}`)!;
  let hashes: Buffer[] = [];
  for (let i = offset; i < offset + count; i += 1) {
    hashes.push(Buffer.from(tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)));
  }
  while (hashes.length > 1) {
    hashes = pairs(hashes);
  }
  return hashes[0]!;
}

function pairs(hashes: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let i = 0; i < hashes.length; i += 2) parents.push(nodeHash(hashes[i]!, hashes[i + 1]!));
  return parents;
}
