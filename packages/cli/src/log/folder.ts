import { createReadStream, type PathLike } from 'node:fs';
import { access, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundlePath, decodeEntryBundle, encodeEntryBundle, TILE_WIDTH, tilePath } from '@lianzheng/merkle';
import { formatVerifierKey, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { verifierOf } from '@lianzheng/registry';
import { WrongUse } from '../failure.ts';
import { isObject, parseJson } from '../input.ts';
import type { LogChunk } from './chunk.ts';
import { createTileAssembler, type WholeTile } from './tile-assembler.ts';

/**
 * A log as files, in the layout of C2SP tlog-tiles: `checkpoint`, `tile/<L>/…`, `tile/entries/…`. Beside it, for our own
 * checks, `checkpoints.jsonl` (every kept checkpoint), and the log's keys as `keys.json` and `keys.txt` (C2SP).
 */
const NAMES = { head: 'checkpoint', kept: 'checkpoints.jsonl', keys: 'keys.json', verifiers: 'keys.txt' };

/** Writes a log as it comes; the checkpoint comes last, so that a broken export has none. */
export async function writeFolder(
  dir: string,
  chunks: AsyncIterable<LogChunk>,
  keys: readonly LogKey[],
): Promise<{ size: number; files: number }> {
  await requireEmpty(dir);
  const files = fileWriter(dir);
  const assembler = createTileAssembler();
  const kept = await open(join(dir, NAMES.kept), 'w');
  let bundle: Uint8Array[] = [];
  let bundles = 0;
  let newest: Uint8Array | undefined;
  try {
    for await (const { entries, checkpoints } of chunks) {
      for (const note of checkpoints) {
        newest = note;
        await kept.write(`${JSON.stringify(Buffer.from(note).toString())}\n`);
      }
      const leaves = entries.map(({ leaf }) => leaf);
      for (const tile of assembler.append(leaves)) await writeTile(files, tile);
      for (const leaf of leaves) {
        if (bundle.push(leaf) < TILE_WIDTH) continue;
        await files.write(bundlePath({ index: bundles++, width: TILE_WIDTH }), encodeEntryBundle(bundle));
        bundle = [];
      }
    }
  } finally {
    await kept.close();
  }
  for (const tile of assembler.finish()) await writeTile(files, tile);
  if (bundle.length > 0)
    await files.write(bundlePath({ index: bundles, width: bundle.length }), encodeEntryBundle(bundle));
  const size = bundles * TILE_WIDTH + bundle.length;
  await files.write(
    NAMES.keys,
    `${JSON.stringify(
      keys.map((key) => LogKey.toJSON(key)),
      undefined,
      2,
    )}\n`,
  );
  await files.write(NAMES.verifiers, keys.map((key) => `${formatVerifierKey(verifierOf(key))}\n`).join(''));
  if (newest) await files.write(NAMES.head, newest);
  return { size, files: files.count() };
}

async function requireEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if ((await readdir(dir)).length > 0)
    throw new WrongUse(`${dir} 不是空文件夹 / is not an empty folder`, '请换一个 / choose another');
}

function writeTile(files: FileWriter, tile: WholeTile): Promise<void> {
  return files.write(tilePath(tile), tile.hashes);
}

type FileWriter = ReturnType<typeof fileWriter>;

function fileWriter(dir: string) {
  const made = new Set<string>();
  let count = 0;
  return {
    async write(path: string, content: string | Uint8Array): Promise<void> {
      const file = join(dir, path);
      const folder = dirname(file);
      if (!made.has(folder)) await mkdir(folder, { recursive: true });
      made.add(folder);
      await writeFile(file, content);
      count += 1;
    },
    count: () => count,
  };
}

export type Folder = {
  readonly log: { node: string; log: string };
  readonly size: number;
  /** As the folder says: worth no more than the folder. */
  readonly keys: readonly LogKey[];
  /** Every kept checkpoint is there, not only the newest. */
  readonly chained: boolean;
  chunks(): AsyncGenerator<LogChunk, void, undefined>;
};

/** An exported log, also one that another implementation wrote. Throws WrongUse where there is none. */
export async function readFolder(dir: string): Promise<Folder> {
  const head = await optional(readFile(join(dir, NAMES.head)));
  if (!head)
    throw new WrongUse(`${dir} 里没有 checkpoint，不是导出的日志 / holds no exported log: no checkpoint`);
  const { node, log, size } = parseLogCheckpoint(parseNote(head).text);
  const keys = await optional(readFile(join(dir, NAMES.keys), 'utf8'));
  const listed = keys === undefined ? [] : parseJson(keys, join(dir, NAMES.keys));
  return {
    log: { node, log },
    size,
    chained: (await optional(access(join(dir, NAMES.kept)).then(() => true))) ?? false,
    keys: Array.isArray(listed) ? listed.filter(isObject).map((key) => LogKey.fromJSON(key)) : [],
    chunks: () => chunksIn(dir, size, head),
  };
}

/** Checks every tile file against the entries, as a chunk goes by; the faults are Chinese / English. */
export async function* withTilesChecked(
  dir: string,
  chunks: AsyncIterable<LogChunk>,
  faults: string[],
): AsyncGenerator<LogChunk, void, undefined> {
  const assembler = createTileAssembler();
  async function compare(tile: WholeTile): Promise<void> {
    const found = await optional(readFile(join(dir, tilePath(tile))));
    if (!found) faults.push(`缺少 ${tilePath(tile)} / is missing`);
    else if (!found.equals(tile.hashes))
      faults.push(`${tilePath(tile)} 与条目不符 / does not fit the entries`);
  }
  for await (const chunk of chunks) {
    for (const tile of assembler.append(chunk.entries.map(({ leaf }) => leaf))) await compare(tile);
    yield chunk;
  }
  for (const tile of assembler.finish()) await compare(tile);
}

/** One bundle at a time; each checkpoint with the bundle in which its last entry stands. */
async function* chunksIn(dir: string, size: number, head: Buffer): AsyncGenerator<LogChunk, void, undefined> {
  const kept = keptCheckpoints(join(dir, NAMES.kept));
  let waiting = await kept.next();
  let newest: Buffer | undefined;
  for (let from = 0; from < size || from === 0; from += TILE_WIDTH) {
    const end = Math.min(from + TILE_WIDTH, size);
    const entries = end === from ? [] : await readBundle(dir, from, end);
    const checkpoints: Buffer[] = [];
    while (!waiting.done && (end === size || waiting.value.size <= end)) {
      newest = waiting.value.note;
      checkpoints.push(newest);
      waiting = await kept.next();
    }
    if (end === size && !newest?.equals(head)) checkpoints.push(head);
    yield { entries, checkpoints, total: size };
  }
}

async function readBundle(dir: string, from: number, end: number): Promise<LogChunk['entries']> {
  const path = bundlePath({ index: from / TILE_WIDTH, width: end - from });
  const leaves = decodeEntryBundle(await readFile(join(dir, path)));
  if (leaves.length !== end - from)
    throw new WrongUse(`${path} 有 ${leaves.length} 条 / holds that many entries, not ${end - from}`);
  return leaves.map((leaf, i) => ({ sequence: BigInt(from + i), leaf, holders: [] }));
}

async function* keptCheckpoints(file: PathLike): AsyncGenerator<{ size: number; note: Buffer }> {
  try {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const note = Buffer.from(String(parseJson(line, String(file))));
      yield { size: parseLogCheckpoint(parseNote(note).text).size, note };
    }
  } catch (error) {
    // Another implementation's export has the newest checkpoint only.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function optional<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
