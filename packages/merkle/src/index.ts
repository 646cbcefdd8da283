export { decodeEntryBundle, encodeEntryBundle, MAX_ENTRY_BYTES } from './entry-bundle.ts';
export { MerkleError, type MerkleErrorCode } from './errors.ts';
export {
  appendLeafHashes,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierRoot,
} from './frontier.ts';
export { type Growth, growTree, type TileExtension, tilesForGrowth } from './growth.ts';
export { emptyRoot, HASH_BYTES, leafHash, nodeHash } from './hash.ts';
export {
  consistencyProof,
  frontierFromTiles,
  inclusionProof,
  type ReadTiles,
  rootFromTiles,
} from './proofs.ts';
export {
  bundlePath,
  parseTilePath,
  partialTiles,
  TILE_WIDTH,
  type Tile,
  type TileCoord,
  tilePath,
  tilesOfTree,
  tileWidth,
} from './tiles.ts';
export {
  type ConsistencyClaim,
  consistencyFault,
  type InclusionClaim,
  inclusionFault,
  type ProofFault,
  verifyConsistency,
  verifyInclusion,
} from './verify.ts';
