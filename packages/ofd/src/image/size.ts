import { OfdError } from '../error.ts';

export interface ImageSize {
  readonly format: 'JPEG' | 'PNG';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

const MAX_BYTES = 4 << 20;
const MAX_SIDE = 16_384;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Format and size of a picture, which is passed on as it is. Throws an OfdError naming `field`. */
export function imageSize(image: Uint8Array, field: string): ImageSize {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length > MAX_BYTES)
    throw new OfdError(field, '图片过大', `a picture of more than ${MAX_BYTES} bytes`);
  const size = pngSize(bytes) ?? jpegSize(bytes);
  if (!size || size.width < 1 || size.height < 1 || size.width > MAX_SIDE || size.height > MAX_SIDE)
    throw new OfdError(field, '不是可用的 JPEG 或 PNG 图片', 'not a usable JPEG or PNG picture');
  return size;
}

function pngSize(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(PNG) || bytes.toString('latin1', 12, 16) !== 'IHDR')
    return undefined;
  return { format: 'PNG', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Baseline, extended and progressive frames; the segments up to the first one are walked. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xc2)
      return { format: 'JPEG', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xd9 || marker === 0xda) return undefined;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
