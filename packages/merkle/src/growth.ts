import { MerkleError } from './errors.ts';
import { appendTracing, type Frontier } from './frontier.ts';
import { HASH_BYTES } from './hash.ts';
import type { ReadTiles } from './proofs.ts';
import { partialTiles, TILE_HEIGHT, TILE_WIDTH, type Tile } from './tiles.ts';

/** Hashes that a tile gains at its right end; `offset` counts the hashes it had before (0 = a new tile). */
export type TileExtension = {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly hashes: Buffer;
};

export type Growth = { readonly frontier: Frontier; readonly extensions: readonly TileExtension[] };

/**
 * Appends leaf hashes and says what every tile gains, in one pass and without reading a tile: a store may append
 * (`hashes || $new`, guarded by the length). Stores that overwrite whole tiles use tilesForGrowth.
 */
export function growTree(frontier: Frontier, leafHashes: readonly Uint8Array[]): Growth {
  const tiles: GainingTile[] = [];
  const lastOfLevel: (GainingTile | undefined)[] = [];
  const grown = appendTracing(frontier, leafHashes, (height, position, hash) => {
    if (height % TILE_HEIGHT !== 0) return;
    const level = height / TILE_HEIGHT;
    const index = Math.floor(position / TILE_WIDTH);
    const last = lastOfLevel[level];
    if (last?.index === index) {
      last.gained.push(hash);
      return;
    }
    const tile = { level, index, offset: position % TILE_WIDTH, gained: [hash] };
    lastOfLevel[level] = tile;
    tiles.push(tile);
  });
  const extensions = tiles.map(({ gained, ...tile }) => ({ ...tile, hashes: Buffer.concat(gained) }));
  return { frontier: grown, extensions };
}

/**
 * The grown frontier and every tile that changed, whole: key (level, index) → bytes to overwrite.
 * Reads, in one call, only partial tiles that grow (at most one a level). Throws MerkleError 'tile' if one is too short.
 */
export async function tilesForGrowth(
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
  readTiles: ReadTiles,
): Promise<{ frontier: Frontier; tiles: Tile[] }> {
  const growth = growTree(frontier, leafHashes);
  const growing = partialTiles(frontier.size).filter((partial) =>
    growth.extensions.some((extension) => extension.level === partial.level && extension.offset > 0),
  );
  const found = growing.length === 0 ? [] : await readTiles(growing);
  const before = new Map(growing.map((tile, i) => [tile.level, found[i]]));
  const tiles = growth.extensions.map((extension) => {
    const start = extension.offset === 0 ? Buffer.alloc(0) : before.get(extension.level);
    return { level: extension.level, index: extension.index, hashes: extended(extension, start) };
  });
  return { frontier: growth.frontier, tiles };
}

function extended(extension: TileExtension, before: Uint8Array | undefined): Buffer {
  const bytesBefore = extension.offset * HASH_BYTES;
  if (!before || before.length < bytesBefore) {
    throw new MerkleError(
      'tile',
      `tile ${extension.level}/${extension.index} lacks its first ${extension.offset} hashes`,
    );
  }
  return Buffer.concat([before.subarray(0, bytesBefore), extension.hashes]);
}

type GainingTile = {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly gained: Buffer[];
};
