import { decodeRecord, encodeRecord, type MemoryRecord, SLOT_BYTES } from './record.ts';

/**
 * The file is a ring of whole slots, written in turn and in place. Its length never changes: writing needs no free
 * space and no journal of the file system, and a torn write hits only the slot of the record that was being written.
 */
const SLOTS = 4;
export const RING_BYTES = SLOTS * SLOT_BYTES;

const FIRST_SERIAL = 1;
const BLANK = Buffer.alloc(SLOT_BYTES);

export function slotOffset(serial: number): number {
  return (serial % SLOTS) * SLOT_BYTES;
}

/** The content of a new file: `first` is its only record. */
export function newRing(first: Omit<MemoryRecord, 'serial'>): Buffer {
  const ring = Buffer.alloc(RING_BYTES);
  encodeRecord({ ...first, serial: FIRST_SERIAL }).copy(ring, slotOffset(FIRST_SERIAL));
  return ring;
}

/**
 * The newest record. Only the slot that follows it may be unreadable: its write was cut short, so its signature never
 * left. undefined when anything else is not as it was written.
 */
export function newestRecord(ring: Buffer, origin: string): MemoryRecord | undefined {
  if (ring.length !== RING_BYTES) return undefined;
  const slots = Array.from({ length: SLOTS }, (_, i) => ring.subarray(i * SLOT_BYTES, (i + 1) * SLOT_BYTES));
  const records = slots.map(decodeRecord);
  const newest = records.reduce((a, b) => (b && (!a || b.serial > a.serial) ? b : a), undefined);
  if (!newest) return undefined;
  for (let back = 0; back < SLOTS - 1; back += 1) {
    const serial = newest.serial - back;
    const slot = ((serial % SLOTS) + SLOTS) % SLOTS;
    const record = records[slot];
    const expected =
      serial < FIRST_SERIAL
        ? slots[slot]!.equals(BLANK)
        : record?.serial === serial && record.origin === origin;
    if (!expected) return undefined;
  }
  return newest;
}
