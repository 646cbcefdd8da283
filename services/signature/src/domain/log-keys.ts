import type { Key } from '@lianzheng/keystore';
import { formatLogOrigin, type LogName, parseLogOrigin } from '@lianzheng/note';

/** The generation that the newest key is named after; undefined without a key. `keys`: of one log, in any order. */
export function presentGeneration(keys: readonly Key[]): number | undefined {
  const generations = keys.map(({ entry }) => parseLogOrigin(entry.name ?? '').generation);
  return generations.length === 0 ? undefined : Math.max(...generations);
}

/** The key whose range (from its size on, until its successor's) holds `size`. `keys`: newest first. */
export function keyForSize(keys: readonly Key[], origin: string, size: number): Key | undefined {
  return keys.find(({ entry }) => entry.name === origin && entry.fromSize <= size);
}

export function nextOrigin(node: string, log: LogName, generation: number): string {
  return formatLogOrigin({ node, log, generation: generation + 1 });
}
