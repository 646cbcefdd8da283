import { createHmac } from 'node:crypto';
import type { Key } from '@lianzheng/keystore';

export type HolderQuery = {
  /** GB/T 36903 annex A. */
  readonly codeKind: string;
  /** Normalised. */
  readonly code: string;
  readonly typeCode: string;
};

/** 32 bytes. Indices of two licence types do not link: the type is part of what is hashed (logs.md §1). */
export function holderIndex({ secret }: Key, query: HolderQuery): Buffer {
  return createHmac('sha256', secret).update(holderIndexInput(query)).digest();
}

/** Each part in UTF-8 after its length in bytes (4, big-endian): no two queries give the same bytes. */
export function holderIndexInput({ codeKind, code, typeCode }: HolderQuery): Buffer {
  return Buffer.concat([codeKind, code, typeCode].flatMap((part) => [lengthOf(part), Buffer.from(part)]));
}

function lengthOf(part: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(part));
  return length;
}
