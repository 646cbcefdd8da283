import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { GetSnapshotResponse, LogName } from '@lianzheng/proto/log/v1/log';
import { CheckFailed, WrongUse } from '../failure.ts';
import { isObject, parseJson } from '../input.ts';
import type { LogChunk } from '../log/chunk.ts';

/**
 * A log in one file: a line that names the format, a line of JSON about the log, frames, an end.
 * Frame: length and CRC-32 of what follows (uint32, big-endian), then a GetSnapshotResponse, raw deflate.
 * End: a length of 0 and the SHA-256 of all bytes before it.
 */
const MAGIC = 'lianzheng-snapshot 1\n';
const MAX_FRAME_BYTES = 64 << 20;

export type SnapshotHeader = {
  readonly log: LogName;
  /** Node that gave it; it need not be the owner. */
  readonly from: string;
  readonly madeAt: string;
};

/** Writes beside the file and renames it at the end, so that a file of this name is whole. */
export async function writeSnapshot(
  file: string,
  header: SnapshotHeader,
  chunks: AsyncIterable<LogChunk>,
): Promise<{ size: number; bytes: number }> {
  const part = `${file}.part`;
  const handle = await open(part, 'w');
  const hash = createHash('sha256');
  let size = 0;
  let bytes = 0;
  async function put(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      await handle.write(piece);
    }
  }
  try {
    await put(Buffer.from(`${MAGIC}${JSON.stringify({ ...header, log: LogName.toJSON(header.log) })}\n`));
    for await (const { entries, checkpoints, total } of chunks) {
      const frame = deflateRawSync(
        GetSnapshotResponse.encode({
          entries: [...entries],
          checkpoints: checkpoints.map((note) => Buffer.from(note)),
          total: BigInt(total),
        }).finish(),
        { level: 4 },
      );
      await put(uint32(frame.length), uint32(crc32(frame)), frame);
      size += entries.length;
    }
    await put(uint32(0));
    const digest = hash.digest();
    await handle.write(digest);
    await handle.sync();
    await handle.close();
    await rename(part, file);
    return { size, bytes: bytes + digest.length };
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

export type Snapshot = {
  readonly header: SnapshotHeader;
  /** Throws CheckFailed where the file is damaged, at the end too. */
  chunks(): AsyncGenerator<LogChunk, void, undefined>;
  close(): Promise<void>;
};

/** Throws WrongUse for a file of another kind. */
export async function openSnapshotFile(file: string): Promise<Snapshot> {
  const handle = await open(file, 'r');
  try {
    const reader = readerOf(handle, file);
    if ((await reader.take(MAGIC.length, true)).toString('latin1') !== MAGIC)
      throw new WrongUse(`${file} 不是快照文件 / is not a snapshot file`);
    const json = parseJson(await reader.line(), file);
    if (!isObject(json)) throw new WrongUse(`${file} 的文件头有误 / has a malformed header`);
    const header = { log: LogName.fromJSON(json.log), from: String(json.from), madeAt: String(json.madeAt) };
    return { header, chunks: () => framesOf(reader), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* framesOf(reader: Reader): AsyncGenerator<LogChunk, void, undefined> {
  for (;;) {
    const length = (await reader.take(4)).readUInt32BE();
    if (length === 0) break;
    if (length > MAX_FRAME_BYTES) throw reader.damaged();
    const checksum = (await reader.take(4)).readUInt32BE();
    const frame = await reader.take(length);
    if (crc32(frame) !== checksum) throw reader.damaged();
    const { entries, checkpoints, total } = decodeFrame(frame, reader);
    yield { entries, checkpoints, total: Number(total) };
  }
  const digest = reader.digest();
  if (!(await reader.take(32)).equals(digest) || !(await reader.atEnd())) throw reader.damaged();
}

function decodeFrame(frame: Buffer, reader: Reader): GetSnapshotResponse {
  try {
    return GetSnapshotResponse.decode(inflateRawSync(frame, { maxOutputLength: MAX_FRAME_BYTES }));
  } catch {
    throw reader.damaged();
  }
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(handle: FileHandle, file: string) {
  const hash = createHash('sha256');
  let position = 0;
  const damaged = () =>
    new CheckFailed(`${file} 在第 ${position} 字节处损坏或不完整 / is damaged or cut at byte ${position}`);
  async function take(length: number, short = false): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    if (bytesRead < length && !short) throw damaged();
    position += bytesRead;
    hash.update(buffer.subarray(0, bytesRead));
    return buffer.subarray(0, bytesRead);
  }
  return {
    take,
    damaged,
    async line(): Promise<string> {
      const bytes: Buffer[] = [];
      for (let byte = await take(1); byte[0] !== 0x0a; byte = await take(1)) bytes.push(byte);
      return Buffer.concat(bytes).toString();
    },
    /** Of everything taken so far. */
    digest: () => hash.copy().digest(),
    atEnd: async () => (await handle.read(Buffer.alloc(1), 0, 1, position)).bytesRead === 0,
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
