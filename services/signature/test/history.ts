// A log that grows in memory, as its owner keeps it, and the requests for its checkpoints.
import {
  consistencyProof,
  emptyFrontier,
  leafHash,
  rootFromTiles,
  type Tile,
  tilesForGrowth,
} from '@lianzheng/merkle';
import type { SignCheckpointRequest } from '@lianzheng/proto/signature/v1/signature';
import { begun, node } from './harness.ts';

export type History = {
  root(size: number): Promise<Buffer>;
  /** Checkpoint of `size`, proved from `first`, `size` seconds after the beginning. */
  request(
    size: number,
    first: number,
    changes?: Partial<SignCheckpointRequest>,
  ): Promise<SignCheckpointRequest>;
};

/** `name` makes the leaves: two names, two histories. */
export async function historyOf(name: string, size: number, log = 'status'): Promise<History> {
  const leaves = Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`${name} ${i}`)));
  const grown = await tilesForGrowth(emptyFrontier(), leaves, async () => []);
  const tiles = new Map(grown.tiles.map((tile: Tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  const read = async (coords: readonly { level: number; index: number }[]) =>
    coords.map(({ level, index }) => tiles.get(`${level}/${index}`));
  const root = (at: number) => rootFromTiles(at, read);
  return {
    root,
    request: async (at, first, changes = {}) => ({
      log: { node, log, generation: 0 },
      size: BigInt(at),
      root: await root(at),
      time: new Date(begun.getTime() + at * 1000),
      previousSize: BigInt(first),
      consistencyProof: first === at ? [] : await consistencyProof(first, at, read),
      ...changes,
    }),
  };
}
