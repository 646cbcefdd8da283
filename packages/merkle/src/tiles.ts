import { MerkleError, requireTreeSize } from './errors.ts';

/** Hashes in a full tile: a subtree of height 8 (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** No tree of fewer than 2^53 leaves has a tile above level 6. */
const MAX_LEVEL = 6;

/** Hash i of tile (level, index) is the MTH of the 256^level leaves that start at (index · 256 + i) · 256^level. */
export type TileCoord = {
  readonly level: number;
  readonly index: number;
  /** 1 … 256 hashes; 256 is a full tile. */
  readonly width: number;
};

/** `hashes` are width · 32 bytes. */
export type Tile = { readonly level: number; readonly index: number; readonly hashes: Buffer };

/** How many hashes tile (level, index) has in the tree of that size: 0 … 256. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashesAtLevel = Math.floor(size / TILE_WIDTH ** level);
  return Math.min(TILE_WIDTH, Math.max(0, hashesAtLevel - index * TILE_WIDTH));
}

/** The tiles that are partial in the tree of that size, at most one a level; they are what growing it needs to read. */
export function partialTiles(size: number): TileCoord[] {
  requireTreeSize(size, 'size');
  const tiles: TileCoord[] = [];
  for (let level = 0; level <= MAX_LEVEL; level += 1) {
    const hashesAtLevel = Math.floor(size / TILE_WIDTH ** level);
    const width = hashesAtLevel % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashesAtLevel / TILE_WIDTH), width });
  }
  return tiles;
}

/** Every tile of the tree of that size, level by level: what a copy or a check of the whole log has to read. */
export function* tilesOfTree(size: number): Generator<TileCoord> {
  requireTreeSize(size, 'size');
  for (let level = 0; level <= MAX_LEVEL; level += 1) {
    const tiles = Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH);
    for (let index = 0; index < tiles; index += 1)
      yield { level, index, width: tileWidth(level, index, size) };
  }
}

/** `tile/0/x001/x234/067` or, partial, `tile/0/x001/x234/067.p/12`. */
export function tilePath(tile: TileCoord): string {
  if (!Number.isSafeInteger(tile.level) || tile.level < 0 || tile.level > 63) {
    throw new MerkleError('tile', `no tile level: ${tile.level}`);
  }
  return `tile/${tile.level}/${indexPath(tile)}`;
}

/** The path of the entry bundle beside the level-0 tile of that index and width: `tile/entries/000.p/12`. */
export function bundlePath(bundle: { index: number; width: number }): string {
  return `tile/entries/${indexPath(bundle)}`;
}

/** The inverse of tilePath and bundlePath; throws MerkleError 'encoding' for any other spelling. */
export function parseTilePath(path: string): TileCoord & { entries: boolean } {
  const match = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) throw new MerkleError('encoding', `no tile path: ${path}`);
  const [, kind, digits, partial] = match;
  const entries = kind === 'entries';
  const index = Number(digits!.replaceAll(/[x/]/g, ''));
  const tile = { level: entries ? 0 : Number(kind), index, width: partial ? Number(partial) : TILE_WIDTH };
  const canonical = entries ? bundlePath(tile) : tilePath(tile);
  if (canonical !== path) throw new MerkleError('encoding', `no tile path: ${path}`);
  return { ...tile, entries };
}

function indexPath({ index, width }: { index: number; width: number }): string {
  requireTreeSize(index, 'tile index');
  if (!Number.isSafeInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new MerkleError('tile', `no tile width: ${width}`);
  }
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  const elements = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group));
  return elements.join('/') + (width === TILE_WIDTH ? '' : `.p/${width}`);
}
