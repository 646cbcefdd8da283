import { crc32, deflateRawSync } from 'node:zlib';
import { CENTRAL, END, type Entries, LOCAL, type Part, type Parts, UTF8_NAME } from './entries.ts';
import { checkNames } from './names.ts';

/** 1980-01-01 00:00, the zero of zip: equal entries give equal bytes. */
const DOS_DATE = 0x0021;
/** 2.0: deflate. */
const VERSION = 20;
const MAX_ENTRIES = 0xfffe;
const MAX_BYTES = 0xfffffffe;

/** Bytes below which setting up the compressor costs more than it gains. */
const WORTH_WHILE = 1_200;
/** Bytes for which a small window does. */
const SMALL = 16 << 10;

/** What is compressed already, or hardly shrinks. */
const STORED = /\.(png|jpe?g|ttf|otf|esl|dat)$/i;

/**
 * A zip of these entries in their order, the same bytes for the same entries. `parts` keeps bodies that many
 * documents share. Throws an OfdError for a name that `unpack` would refuse, a RangeError beyond the sizes of plain zip.
 */
export function pack(entries: Entries, parts?: Parts): Buffer {
  checkNames([...entries.keys()]);
  if (entries.size > MAX_ENTRIES) throw new RangeError('too many entries for a zip');
  const files = [...entries].map(([name, bytes]) => ({
    name: Buffer.from(name),
    ...(parts?.get(bytes) ?? partOf(name, bytes)),
  }));
  const length = files.reduce((sum, { name, body }) => sum + 76 + 2 * name.length + body.length, 22);
  if (length > MAX_BYTES) throw new RangeError('too large for a zip');
  const out = Buffer.allocUnsafe(length);
  const offsets: number[] = [];
  let at = 0;
  for (const file of files) {
    offsets.push(at);
    at = writeLocal(out, at, file);
  }
  const start = at;
  for (const [index, file] of files.entries()) at = writeCentral(out, at, file, offsets[index]!);
  writeEnd(out, at, files.length, start);
  return out;
}

/** Deflated where that pays. Level 6 for what is packed once, 1 in the making of every document. */
export function partOf(name: string, bytes: Uint8Array, level = 1): Part {
  const stored = { method: 0, body: bytes, crc: crc32(bytes), size: bytes.length } as const;
  if (STORED.test(name) || bytes.length < WORTH_WHILE) return stored;
  const body = deflateRawSync(
    bytes,
    bytes.length < SMALL ? { level, windowBits: 14, memLevel: 7 } : { level },
  );
  return body.length < bytes.length ? { ...stored, method: 8, body } : stored;
}

type File = Part & { readonly name: Buffer };

function writeLocal(out: Buffer, at: number, file: File): number {
  out.writeUInt32LE(LOCAL, at);
  writeShared(out, at + 4, file);
  out.set(file.name, at + 30);
  out.set(file.body, at + 30 + file.name.length);
  return at + 30 + file.name.length + file.body.length;
}

function writeCentral(out: Buffer, at: number, file: File, offset: number): number {
  out.writeUInt32LE(CENTRAL, at);
  out.writeUInt16LE(VERSION, at + 4);
  writeShared(out, at + 6, file);
  // comment length, disk, attributes
  out.fill(0, at + 32, at + 42);
  out.writeUInt32LE(offset, at + 42);
  out.set(file.name, at + 46);
  return at + 46 + file.name.length;
}

/** The 26 bytes that local and central header have in common (APPNOTE 4.3.7, 4.3.12). */
function writeShared(out: Buffer, at: number, { name, method, body, crc, size }: File): void {
  out.writeUInt16LE(VERSION, at);
  out.writeUInt16LE(name.some((byte) => byte > 0x7f) ? UTF8_NAME : 0, at + 2);
  out.writeUInt16LE(method, at + 4);
  out.writeUInt16LE(0, at + 6);
  out.writeUInt16LE(DOS_DATE, at + 8);
  out.writeUInt32LE(crc, at + 10);
  out.writeUInt32LE(body.length, at + 14);
  out.writeUInt32LE(size, at + 18);
  out.writeUInt16LE(name.length, at + 22);
  out.writeUInt16LE(0, at + 24);
}

function writeEnd(out: Buffer, at: number, count: number, start: number): void {
  out.writeUInt32LE(END, at);
  out.writeUInt32LE(0, at + 4);
  out.writeUInt16LE(count, at + 8);
  out.writeUInt16LE(count, at + 10);
  out.writeUInt32LE(at - start, at + 12);
  out.writeUInt32LE(start, at + 16);
  out.writeUInt16LE(0, at + 20);
}
