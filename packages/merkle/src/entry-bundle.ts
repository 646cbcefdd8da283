import { MerkleError } from './errors.ts';
import { TILE_WIDTH } from './tiles.ts';

/** The length prefix has 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** C2SP tlog-tiles entry bundle: up to 256 entries, each after its length in 2 bytes, big-endian. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  if (entries.length > TILE_WIDTH) throw new MerkleError('tile', `${entries.length} entries in a bundle`);
  return Buffer.concat(entries.flatMap((entry) => [lengthPrefix(entry.length), entry]));
}

/** Throws MerkleError 'encoding' for a truncated bundle or one of more than 256 entries. */
export function decodeEntryBundle(bundle: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bundle);
  const entries: Buffer[] = [];
  let at = 0;
  while (at < buffer.length) {
    const end = at + 2 <= buffer.length ? at + 2 + buffer.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > buffer.length)
      throw new MerkleError('encoding', `entry bundle ends inside entry ${entries.length}`);
    entries.push(buffer.subarray(at + 2, end));
    at = end;
  }
  if (entries.length > TILE_WIDTH) throw new MerkleError('encoding', `${entries.length} entries in a bundle`);
  return entries;
}

function lengthPrefix(length: number): Buffer {
  if (length > MAX_ENTRY_BYTES) throw new MerkleError('encoding', `entry of ${length} bytes`);
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(length);
  return prefix;
}
