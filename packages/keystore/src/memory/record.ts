import { createHash } from 'node:crypto';

/** What was last signed for a log; before the first signature size 0, the root of the empty tree and no time. */
export type LastSigned = {
  readonly size: number;
  /** 32 bytes */
  readonly root: Buffer;
  /** The checkpoint's time, to the millisecond. */
  readonly time?: Date;
};

/** A record of the memory. `serial` counts the records from 1. */
export type MemoryRecord = LastSigned & { readonly serial: number; readonly origin: string };

/** A whole block of the file system and of every disk: writing one record can never tear another. */
export const SLOT_BYTES = 4096;

const MAGIC = Buffer.from('lianzheng-mem-1\n');
const SUM_BYTES = 32;
const ROOT_BYTES = 32;
const SUMMED = SLOT_BYTES - SUM_BYTES;
const AT = { serial: 16, size: 24, timeMs: 32, root: 40, originLength: 72, origin: 74 } as const;
const MAX_ORIGIN_BYTES = 200;
const NO_TIME = -1n;

/**
 * magic (16) · serial, size, time in ms or −1 (8 each, big-endian) · root (32) · length of the origin (2), origin ·
 * zeros · SHA-256 of all before. SLOT_BYTES long.
 */
export function encodeRecord({ serial, origin, size, root, time }: MemoryRecord): Buffer {
  const name = Buffer.from(origin);
  if (name.length > MAX_ORIGIN_BYTES || root.length !== ROOT_BYTES) throw new RangeError('no memory record');
  const slot = Buffer.alloc(SLOT_BYTES);
  MAGIC.copy(slot);
  slot.writeBigUInt64BE(BigInt(serial), AT.serial);
  slot.writeBigUInt64BE(BigInt(size), AT.size);
  slot.writeBigInt64BE(time ? BigInt(time.getTime()) : NO_TIME, AT.timeMs);
  root.copy(slot, AT.root);
  slot.writeUInt16BE(name.length, AT.originLength);
  name.copy(slot, AT.origin);
  checksum(slot).copy(slot, SUMMED);
  return slot;
}

/** undefined for anything that encodeRecord did not write whole. */
export function decodeRecord(slot: Buffer): MemoryRecord | undefined {
  if (slot.length !== SLOT_BYTES || !slot.subarray(SUMMED).equals(checksum(slot))) return undefined;
  if (!slot.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const timeMs = slot.readBigInt64BE(AT.timeMs);
  const originEnd = AT.origin + slot.readUInt16BE(AT.originLength);
  return {
    serial: Number(slot.readBigUInt64BE(AT.serial)),
    origin: slot.toString('utf8', AT.origin, originEnd),
    size: Number(slot.readBigUInt64BE(AT.size)),
    root: Buffer.from(slot.subarray(AT.root, AT.root + ROOT_BYTES)),
    time: timeMs === NO_TIME ? undefined : new Date(Number(timeMs)),
  };
}

function checksum(slot: Buffer): Buffer {
  return createHash('sha256').update(slot.subarray(0, SUMMED)).digest();
}
