import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isObject } from '../input.ts';

export type FailedRow = { readonly line: number; readonly column: string; readonly reason: string };

/** What an import has learnt so far, beside the result file that it becomes: a killed import goes on from here. */
export type Journal = {
  /** Rows whose answers stand in it, without a gap. */
  readonly rows: number;
  append(rows: number, failed: readonly FailedRow[]): Promise<void>;
  /** Writes the result file and removes the journal. */
  finish(resultFile: string): Promise<void>;
  close(): Promise<void>;
};

type Line = { rows: number; failed: readonly FailedRow[] };

/** `job`: whose journal it is; one of another job, or one that says more than `rowsTaken`, is begun anew. */
export async function openJournal(path: string, job: string, rowsTaken: number): Promise<Journal> {
  const found = await lastLine(path, job);
  const good = found !== undefined && found.rows <= rowsTaken;
  const file = await open(path, good ? 'r+' : 'w');
  // A line that a kill cut short is written over.
  let position = good ? found.bytes : 0;
  if (good) await file.truncate(position);
  async function write(value: unknown): Promise<void> {
    const { bytesWritten } = await file.write(Buffer.from(`${JSON.stringify(value)}\n`), 0, null, position);
    position += bytesWritten;
  }
  if (!good) await write({ job });
  return {
    rows: good ? found.rows : 0,
    append: (rows, failed) => write({ rows, failed } satisfies Line),
    async finish(resultFile) {
      await file.close();
      const part = `${resultFile}.writing`;
      await pipeline(Readable.from(resultLines(path)), createWriteStream(part));
      await rename(part, resultFile);
      await rm(path);
    },
    close: () => file.close(),
  };
}

/** The last whole line of this job's journal and where it ends; undefined when there is none. */
async function lastLine(path: string, job: string): Promise<{ rows: number; bytes: number } | undefined> {
  let bytes = 0;
  let rows: number | undefined;
  for await (const { text, json } of journalLines(path)) {
    if (rows === undefined) {
      if (!isObject(json) || json.job !== job) return undefined;
      rows = 0;
    } else if (isObject(json) && typeof json.rows === 'number') rows = json.rows;
    else break;
    bytes += Buffer.byteLength(text) + 1;
  }
  return rows === undefined ? undefined : { rows, bytes };
}

async function* journalLines(path: string): AsyncGenerator<{ text: string; json: unknown }> {
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: 0 })) {
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        return;
      }
      yield { text, json };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** CSV with a byte order mark, for spreadsheets. */
async function* resultLines(path: string): AsyncGenerator<string> {
  yield '\ufeff行号 line,列 column,原因 reason\r\n';
  for await (const { json } of journalLines(path)) {
    for (const { line, column, reason } of (json as Partial<Line>).failed ?? [])
      yield `${line},${quoted(column)},${quoted(reason)}\r\n`;
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
