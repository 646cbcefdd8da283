import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { WrongUse } from '../failure.ts';

const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The bytes of a text file in chunks that end between characters, without a byte order mark; every byte read goes into
 * `hash`. Throws WrongUse with the line where it is not UTF-8.
 */
export async function* checkedBytes(path: string, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const read of createReadStream(path, { highWaterMark: 256 << 10 })) {
    hash.update(read);
    let bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, read]) : read;
    if (first && bytes.length >= BOM.length) {
      first = false;
      if (bytes.subarray(0, BOM.length).equals(BOM)) bytes = bytes.subarray(BOM.length);
    }
    const end = wholeCharacters(bytes);
    const chunk = bytes.subarray(0, end);
    rest = bytes.subarray(end);
    if (!isUtf8(chunk)) throw notUtf8(path, line + badLine(chunk));
    line += countNewlines(chunk);
    yield chunk;
  }
  if (rest.length === 0) return;
  if (!isUtf8(rest)) throw notUtf8(path, line);
  yield rest;
}

function notUtf8(path: string, line: number): WrongUse {
  return new WrongUse(
    `${path} 第 ${line} 行不是 UTF-8 / line ${line} is not UTF-8`,
    '文件可能是 GBK 编码，请另存为 UTF-8 / it may be GBK: save it as UTF-8',
  );
}

/** Up to where the bytes hold whole characters: a character of at most four bytes may be cut at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Newlines before the first bad byte. */
function badLine(bytes: Buffer): number {
  let count = 0;
  for (let start = 0; start < bytes.length; count += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(start, end))) return count;
    start = end;
  }
  return count;
}
