import { OfdError } from '../error.ts';
import { CENTRAL, END, HAS_DESCRIPTOR, UTF8_NAME } from './entries.ts';
import type { ZipLimits } from './limits.ts';

/** A row of the central directory. */
export interface Row {
  /** With a slash at its end for a folder. */
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the zip. */
  readonly packed: number;
  /** Bytes unpacked. */
  readonly size: number;
  readonly offset: number;
}

const ZIP = 'zip';
/** Version 6.3. */
const NEWEST = 63;

/** The central directory, which must fill the room up to the end record at the very end of the bytes. */
export function readDirectory(bytes: Buffer, limits: ZipLimits): { rows: Row[]; start: number } {
  const end = bytes.length - 22;
  if (end < 0 || bytes.readUInt32LE(end) !== END || bytes.readUInt16LE(end + 20) !== 0)
    throw new OfdError(
      ZIP,
      '不是压缩包，或结尾之后另有内容',
      'not a zip, or bytes or a comment after its end',
    );
  const count = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  const start = bytes.readUInt32LE(end + 16);
  if (bytes.readUInt32LE(end + 4) !== 0 || bytes.readUInt16LE(end + 8) !== count)
    throw new OfdError(ZIP, '分卷压缩包', 'a zip of several disks');
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
    throw new OfdError(ZIP, '超出限度（zip64）', 'beyond the limits (zip64)');
  if (start + size !== end)
    throw new OfdError(ZIP, '中央目录位置不符', 'the central directory is not where it should be');
  if (count > limits.entries)
    throw new OfdError(ZIP, `文件多于${limits.entries}个`, `more than ${limits.entries} entries`);
  const rows: Row[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const row = readRow(bytes, at, end);
    rows.push(row.row);
    at = row.next;
  }
  if (at !== end) throw new OfdError(ZIP, '中央目录长度不符', 'the central directory has another length');
  return { rows, start };
}

function readRow(bytes: Buffer, at: number, end: number): { row: Row; next: number } {
  if (at + 46 > end || bytes.readUInt32LE(at) !== CENTRAL)
    throw new OfdError(ZIP, '中央目录损坏', 'the central directory is broken');
  const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
  const next = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  if (next > end) throw new OfdError(ZIP, '中央目录损坏', 'the central directory is broken');
  const nameBytes = bytes.subarray(at + 46, nameEnd);
  const flags = bytes.readUInt16LE(at + 8);
  const name = nameOf(nameBytes, flags);
  if (bytes.readUInt16LE(at + 34) !== 0) throw new OfdError(name, '分卷压缩包', 'a zip of several disks');
  checkExtra(bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(at + 30)), name);
  checkVersion(bytes.readUInt16LE(at + 6), name);
  const row: Row = {
    name,
    nameBytes,
    flags,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
  checkRow(row);
  return { row, next };
}

/** What is needed to extract it (APPNOTE 4.4.3): other readers refuse what is newer than the specification. */
export function checkVersion(needed: number, name: string): void {
  if ((needed & 0xff) > NEWEST)
    throw new OfdError(name, '压缩格式版本过新', 'needs a newer version of zip than there is');
}

function checkRow({ name, flags, method, packed, size }: Row): void {
  if (flags & ~(UTF8_NAME | HAS_DESCRIPTOR | 0x0006))
    throw new OfdError(name, '加密或未知的标志位', 'encrypted, or with unknown flags');
  if (method !== 0 && method !== 8)
    throw new OfdError(name, `未知的压缩方法 ${method}`, `unknown method ${method}`);
  if (method === 0 && packed !== size) throw new OfdError(name, '长度不符', 'a stored entry with two sizes');
}

/** Without the UTF-8 flag only ASCII means the same to every reader. */
function nameOf(bytes: Buffer, flags: number): string {
  try {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (flags & UTF8_NAME || /^[\x00-\x7f]*$/.test(name)) return name;
  } catch (cause) {
    throw new OfdError(bytes.toString('latin1'), '文件名不是 UTF-8', 'the name is not UTF-8', { cause });
  }
  throw new OfdError(bytes.toString('latin1'), '文件名编码不明', 'a name of unknown encoding');
}

/** Extra fields carry times and the like; those that would give another name or size are refused. */
export function checkExtra(extra: Buffer, name: string): void {
  let at = 0;
  while (at < extra.length) {
    const id = at + 4 <= extra.length ? extra.readUInt16LE(at) : -1;
    const next = id < 0 ? Infinity : at + 4 + extra.readUInt16LE(at + 2);
    if (next > extra.length) throw new OfdError(name, '扩展字段损坏', 'broken extra fields');
    if (id === 0x0001 || id === 0x7075 || id === 0x9901)
      throw new OfdError(
        name,
        '不接受的扩展字段',
        'an extra field that is not accepted (zip64, other name, encryption)',
      );
    at = next;
  }
}
