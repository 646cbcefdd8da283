/** size: not a tree size or index · hash: not 32 bytes · tile: a tile that does not fit · encoding: malformed bytes or path */
export type MerkleErrorCode = 'size' | 'hash' | 'tile' | 'encoding';

export class MerkleError extends Error {
  readonly code: MerkleErrorCode;

  constructor(code: MerkleErrorCode, message: string) {
    super(message);
    this.name = 'MerkleError';
    this.code = code;
  }
}

/** Sizes and indices are JS numbers, hence at most 2^53 − 1; all arithmetic on them avoids 32-bit operators. */
export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export function requireTreeSize(value: number, what: string): void {
  if (!isTreeSize(value)) throw new MerkleError('size', `${what} is not an integer in 0…2^53-1: ${value}`);
}
