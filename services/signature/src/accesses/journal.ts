import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type AccessInput, type AccessWriter, encodeAccess } from '@lianzheng/access';
import type { AccessRecord } from '@lianzheng/proto/audit/v1/audit';
import { createRounds } from '@lianzheng/rounds';
import { type AccessLine, beginSegment, listSegments, readSegment, removeSegment } from './segment.ts';

/**
 * Access entries on disk until audit has them: this service has no database to keep them in. Segments of whole lines;
 * the newest is written, the others are closed and are handed over and removed as they are.
 */
export type Journal = AccessWriter & {
  /** The oldest entries, at most what audit takes in one call; undefined when there are none. */
  oldest(): Promise<{ segment: number; records: AccessRecord[] } | undefined>;
  /** Removes what `oldest` gave. */
  drop(segment: number): Promise<void>;
  /** Entries that were not dropped yet. */
  waiting(): Promise<number>;
  close(): Promise<void>;
};

/** What audit takes in one call. */
const MAX_ENTRIES = 2_000;
const SALT_BYTES = 16;
const ROLL = 'roll';

/**
 * `folder` is held by this process alone. Entries are numbered from the time at which the first journal was begun, so
 * that a folder that was lost does not give numbers out again: audit would take the entries for repeats.
 */
export async function openJournal(folder: string, nowMs: number): Promise<Journal> {
  let next = await numberAfter(folder, nowMs);
  let current: { first: number; handle: FileHandle } | undefined = await begin();

  async function begin() {
    return { first: next, handle: await beginSegment(folder, next) };
  }

  async function roll(): Promise<void> {
    if (current?.first === next) return;
    const ended = current;
    current = undefined;
    await ended?.handle.close();
    current = await begin();
  }

  async function write(accesses: readonly AccessInput[]): Promise<void> {
    current ??= await begin();
    const lines = accesses.map((access, i) => `${JSON.stringify(lineOf(access, next + i))}\n`);
    next += accesses.length;
    try {
      await current.handle.appendFile(lines.join(''));
      await current.handle.datasync();
    } catch (cause) {
      // Nobody knows what is on disk: nothing more goes behind it, and the callers are refused.
      await roll();
      throw cause;
    }
    if (next - current.first >= MAX_ENTRIES) await roll();
  }

  const rounds = createRounds<AccessInput | typeof ROLL, void>({
    maxItems: MAX_ENTRIES / 2,
    maxInFlight: 1,
    async run(items) {
      const accesses = items.filter((item) => item !== ROLL);
      if (accesses.length > 0) await write(accesses);
      if (accesses.length < items.length) await roll();
      return items.map(() => undefined);
    },
  });

  return {
    record: (access) => rounds.call(access),
    async oldest() {
      const [segment] = await listSegments(folder);
      if (segment === undefined || segment === next) return undefined;
      if (segment === current?.first) await rounds.call(ROLL);
      return { segment, records: (await readSegment(folder, segment)).map(recordOf) };
    },
    drop: (segment) => removeSegment(folder, segment),
    async waiting() {
      const [oldest = next] = await listSegments(folder);
      return next - oldest;
    },
    async close() {
      await rounds.drain();
      await current?.handle.close();
    },
  };
}

async function numberAfter(folder: string, nowMs: number): Promise<number> {
  const last = (await listSegments(folder)).at(-1);
  if (last === undefined) return nowMs;
  return last + (await readSegment(folder, last)).length;
}

function lineOf(access: AccessInput, number: number): AccessLine {
  const body = Buffer.from(encodeAccess(access)).toString('base64');
  return { number, salt: randomBytes(SALT_BYTES).toString('base64'), body };
}

function recordOf({ number, salt, body }: AccessLine): AccessRecord {
  return {
    id: `signature:${number}`,
    salt: Buffer.from(salt, 'base64'),
    body: Buffer.from(body, 'base64'),
  };
}
