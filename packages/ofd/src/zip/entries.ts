/** Files of a package: name without leading slash → bytes, in the order of the zip. */
export type Entries = Map<string, Uint8Array>;

/** A body as it stands in the zip. Method 0 = stored, 8 = deflate. */
export interface Part {
  readonly method: 0 | 8;
  readonly body: Uint8Array;
  /** CRC-32 of the bytes before packing. */
  readonly crc: number;
  /** Bytes before packing. */
  readonly size: number;
}

/** Bodies packed once for many documents, by the identity of their bytes, which must not change afterwards. */
export type Parts = WeakMap<Uint8Array, Part>;

export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const END = 0x06054b50;
export const DESCRIPTOR = 0x08074b50;

/** General purpose bit 11: the name is UTF-8. */
export const UTF8_NAME = 0x0800;
/** General purpose bit 3: CRC and sizes follow the body. */
export const HAS_DESCRIPTOR = 0x0008;
