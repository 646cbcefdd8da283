import {
  emptyFrontier,
  type Frontier,
  growTree,
  leafHash,
  TILE_WIDTH,
  type TileCoord,
} from '@lianzheng/merkle';

export type WholeTile = TileCoord & { readonly hashes: Buffer };

/** Puts the tiles of a growing tree together and lets go of each one that is full: at most one a level is kept. */
export function createTileAssembler() {
  let tree: Frontier = emptyFrontier();
  const open = new Map<number, { index: number; hashes: Buffer[]; width: number }>();

  function whole(level: number): WholeTile {
    const { index, hashes, width } = open.get(level)!;
    return { level, index, width, hashes: Buffer.concat(hashes) };
  }

  return {
    /** The tiles that these leaves made full. */
    *append(leaves: readonly Uint8Array[]): Generator<WholeTile> {
      const growth = growTree(tree, leaves.map(leafHash));
      tree = growth.frontier;
      for (const { level, index, hashes } of growth.extensions) {
        const tile = open.get(level) ?? { index, hashes: [], width: 0 };
        tile.hashes.push(hashes);
        tile.width += hashes.length / 32;
        open.set(level, tile);
        if (tile.width < TILE_WIDTH) continue;
        yield whole(level);
        open.delete(level);
      }
    },
    /** The partial tiles at the end. */
    *finish(): Generator<WholeTile> {
      for (const level of open.keys()) yield whole(level);
    },
  };
}
