import { createHash } from 'node:crypto';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createDurably, createFolder, syncFolder } from '../durable-file.ts';
import { encodeRecord, type LastSigned, type MemoryRecord } from './record.ts';
import { newestRecord, newRing, RING_BYTES, slotOffset } from './ring.ts';

/** exists: there is a file · back: smaller, another root at the same size or an earlier time · lost: the file is gone · unwritable. */
export type MemoryErrorCode = 'exists' | 'back' | 'lost' | 'unwritable';

export class MemoryError extends Error {
  readonly code: MemoryErrorCode;

  constructor(code: MemoryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MemoryError';
    this.code = code;
  }
}

/** What was last signed for one log, in a file of its own outside the database. */
export type LogMemory = {
  readonly origin: string;
  last(): LastSigned;
  /**
   * Resolves when `next` is durable; only then may its signature leave. One call at a time. Throws MemoryError 'back',
   * 'lost' and 'unwritable'; after 'unwritable' nobody knows what is on disk, and every later call throws it too.
   */
  remember(next: LastSigned): Promise<void>;
  close(): Promise<void>;
};

/** Makes the memory of a log; of a new one unless `first` says what was signed. Throws MemoryError 'exists'. */
export async function createMemory(folder: string, origin: string, first = nothingSigned()): Promise<void> {
  await createFolder(folder);
  try {
    await createDurably(pathOf(folder, origin), newRing({ ...first, origin }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new MemoryError('exists', `there is a memory of ${origin}`, cause);
  }
}

/** 'missing' and 'damaged' both mean that it is lost: never a first start. */
export async function openMemory(folder: string, origin: string): Promise<LogMemory | 'missing' | 'damaged'> {
  const handle = await openExisting(pathOf(folder, origin));
  if (!handle) return 'missing';
  const newest = await readNewest(handle, origin).catch(async (cause) => {
    await handle.close();
    throw cause;
  });
  if (newest) return memoryOf(handle, newest);
  await handle.close();
  return 'damaged';
}

async function readNewest(handle: FileHandle, origin: string): Promise<MemoryRecord | undefined> {
  // One byte more than there may be: a longer file is not ours.
  const ring = Buffer.alloc(RING_BYTES + 1);
  const { bytesRead } = await handle.read(ring, 0, ring.length, 0);
  return newestRecord(ring.subarray(0, bytesRead), origin);
}

/** A memory in the place of a lost one; a damaged file is kept beside it as evidence, its name ending in `.damaged-<n>`. */
export async function replaceMemory(folder: string, origin: string, found: LastSigned): Promise<void> {
  const path = pathOf(folder, origin);
  const damaged = await openExisting(path);
  if (damaged) {
    const { mtimeMs } = await damaged.stat();
    await damaged.close();
    await rename(path, `${path}.damaged-${Math.trunc(mtimeMs)}`);
    await syncFolder(folder);
  }
  await createMemory(folder, origin, found);
}

function memoryOf(handle: FileHandle, { serial: found, origin, ...signed }: MemoryRecord): LogMemory {
  let serial = found;
  let last: LastSigned = signed;
  let failure: MemoryError | undefined;
  return {
    origin,
    last: () => last,
    async remember(next) {
      if (failure) throw failure;
      requireForward(last, next);
      try {
        await writeSlot(handle, { ...next, serial: serial + 1, origin });
      } catch (cause) {
        failure =
          cause instanceof MemoryError ? cause : new MemoryError('unwritable', 'memory not written', cause);
        throw failure;
      }
      serial += 1;
      last = { size: next.size, root: Buffer.from(next.root), time: next.time };
    },
    close: () => handle.close(),
  };
}

async function writeSlot(handle: FileHandle, record: Parameters<typeof encodeRecord>[0]): Promise<void> {
  const slot = encodeRecord(record);
  const { bytesWritten } = await handle.write(slot, 0, slot.length, slotOffset(record.serial));
  if (bytesWritten !== slot.length) throw new Error(`wrote ${bytesWritten} of ${slot.length} bytes`);
  await handle.datasync();
  // A file that somebody removed remembers only as long as we run.
  if ((await handle.stat()).nlink === 0)
    throw new MemoryError('lost', `the memory of ${record.origin} is gone`);
}

function requireForward(last: LastSigned, next: LastSigned): void {
  if (next.size < last.size) throw new MemoryError('back', `size ${next.size} after ${last.size}`);
  if (next.size === last.size && !next.root.equals(last.root)) {
    throw new MemoryError('back', `another root at size ${next.size}`);
  }
  if (last.time && (!next.time || next.time < last.time)) throw new MemoryError('back', 'an earlier time');
}

function nothingSigned(): LastSigned {
  return { size: 0, root: createHash('sha256').digest() };
}

function pathOf(folder: string, origin: string): string {
  return join(folder, `${origin.replaceAll('/', '.')}.memory`);
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
