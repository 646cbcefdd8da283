import { crc32, inflateRawSync } from 'node:zlib';
import { OfdError } from '../error.ts';
import { checkExtra, checkVersion, type Row, readDirectory } from './directory.ts';
import { DESCRIPTOR, type Entries, HAS_DESCRIPTOR, LOCAL } from './entries.ts';
import { RATIO_FROM, ZIP_LIMITS, type ZipLimits } from './limits.ts';
import { checkNames } from './names.ts';

/**
 * The files of a zip, folders left out. Strict: the bytes are local entries without a gap, the central directory and
 * the end record, nothing else; every statement made twice agrees. Throws an OfdError that names the entry.
 */
export function unpack(input: Uint8Array, limits: ZipLimits = ZIP_LIMITS): Entries {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length > limits.packed)
    throw new OfdError('zip', `文件大于 ${limits.packed} 字节`, `larger than ${limits.packed} bytes`);
  const { rows, start } = readDirectory(bytes, limits);
  checkNames(
    rows.map(({ name }) => (name.endsWith('/') ? name.slice(0, -1) : name)).filter(unlessFolder(rows)),
  );
  checkSizes(rows, limits);
  const bodies = new Map<Row, Buffer>();
  let at = 0;
  for (const row of rows.toSorted((a, b) => a.offset - b.offset)) {
    if (row.offset !== at)
      throw new OfdError(row.name, '条目之间有空隙或重叠', 'a gap or an overlap before the entry');
    const { body, next } = readLocal(bytes, row, start);
    bodies.set(row, body);
    at = next;
  }
  if (at !== start)
    throw new OfdError('zip', '条目之后有多余字节', 'bytes between the entries and the directory');
  const entries: Entries = new Map();
  for (const row of rows) {
    const content = contentOf(row, bodies.get(row)!);
    if (!row.name.endsWith('/')) entries.set(row.name, content);
  }
  return entries;
}

/** A folder's own entry repeats the names of paths; only a second one, or one with content, is wrong. */
function unlessFolder(rows: readonly Row[]) {
  const folders = new Set<string>();
  for (const { name, size } of rows)
    if (name.endsWith('/')) {
      if (size > 0 || folders.has(name))
        throw new OfdError(name, '文件夹条目有误', 'a folder with content, or twice');
      folders.add(name);
      checkNames([name.slice(0, -1)]);
    }
  return (_name: string, index: number) => !rows[index]!.name.endsWith('/');
}

function checkSizes(rows: readonly Row[], limits: ZipLimits): void {
  let total = 0;
  for (const { name, packed, size } of rows) {
    total += size;
    if (size > limits.entry || total > limits.unpacked)
      throw new OfdError(name, '解压后超出大小限度', 'too large when unpacked');
    if (size > RATIO_FROM && size > packed * limits.ratio)
      throw new OfdError(name, '压缩比过大（疑似压缩炸弹）', 'ratio too high (zip bomb)');
  }
}

function readLocal(bytes: Buffer, row: Row, limit: number): { body: Buffer; next: number } {
  const { name, offset: at } = row;
  const broken = () => new OfdError(name, '本地文件头与中央目录不一致', 'local and central header differ');
  if (at + 30 > limit || bytes.readUInt32LE(at) !== LOCAL) throw broken();
  const nameEnd = at + 30 + bytes.readUInt16LE(at + 26);
  const bodyAt = nameEnd + bytes.readUInt16LE(at + 28);
  const end = bodyAt + row.packed;
  if (end > limit || !bytes.subarray(at + 30, nameEnd).equals(row.nameBytes)) throw broken();
  if (bytes.readUInt16LE(at + 6) !== row.flags || bytes.readUInt16LE(at + 8) !== row.method) throw broken();
  checkVersion(bytes.readUInt16LE(at + 4), name);
  checkExtra(bytes.subarray(nameEnd, bodyAt), name);
  const later = (row.flags & HAS_DESCRIPTOR) !== 0;
  for (const [place, value] of [
    [14, row.crc],
    [18, row.packed],
    [22, row.size],
  ] as const) {
    const found = bytes.readUInt32LE(at + place);
    if (found !== value && !(later && found === 0)) throw broken();
  }
  return { body: bytes.subarray(bodyAt, end), next: later ? skipDescriptor(bytes, row, end, limit) : end };
}

/** CRC and sizes once more behind the body, with or without their signature (APPNOTE 4.3.9). */
function skipDescriptor(bytes: Buffer, { name, crc, packed, size }: Row, at: number, limit: number): number {
  const matches = (from: number) =>
    from + 12 <= limit &&
    bytes.readUInt32LE(from) === crc &&
    bytes.readUInt32LE(from + 4) === packed &&
    bytes.readUInt32LE(from + 8) === size;
  if (at + 4 <= limit && bytes.readUInt32LE(at) === DESCRIPTOR && matches(at + 4)) return at + 16;
  if (matches(at)) return at + 12;
  throw new OfdError(name, '数据描述符与中央目录不一致', 'the data descriptor differs from the directory');
}

function contentOf({ name, method, size, crc }: Row, body: Buffer): Uint8Array {
  const content = method === 0 ? body : inflate(name, body, size);
  if (content.length !== size) throw new OfdError(name, '解压后的长度不符', 'another size than stated');
  if (crc32(content) !== crc) throw new OfdError(name, '校验和（CRC）不符', 'wrong CRC');
  return content;
}

function inflate(name: string, body: Buffer, size: number): Buffer {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    // With `info` the engine tells how much it read: bytes behind the last block are a hiding place.
    result = inflateRawSync(body, { maxOutputLength: Math.max(size, 1), info: true } as object) as never;
  } catch (cause) {
    throw new OfdError(name, '解压失败或长度不符', 'cannot be inflated to its stated size', { cause });
  }
  if (result.engine.bytesWritten !== body.length)
    throw new OfdError(name, '压缩数据之后有多余字节', 'bytes behind the compressed data');
  return result.buffer;
}
