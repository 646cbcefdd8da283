import { type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export type AccessLine = { readonly number: number; readonly salt: string; readonly body: string };

const SEGMENT = /^accesses-(\d{16})\.jsonl$/;

/** Numbers of the first entries of all segments in the folder, ascending. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Begins a segment, empty whatever was there; durable itself, not yet its lines. */
export async function beginSegment(folder: string, first: number): Promise<FileHandle> {
  const handle = await open(pathOf(folder, first), 'w', 0o600);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return handle;
}

/** The whole lines. What stands after the last line feed was cut short by a crash, and its answer never left. */
export async function readSegment(folder: string, first: number): Promise<AccessLine[]> {
  const text = await readFile(pathOf(folder, first), 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

export async function removeSegment(folder: string, first: number): Promise<void> {
  await unlink(pathOf(folder, first));
}

function pathOf(folder: string, first: number): string {
  return join(folder, `accesses-${String(first).padStart(16, '0')}.jsonl`);
}
