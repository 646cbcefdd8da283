import { createHash, type Hash } from 'node:crypto';
import { WrongUse } from '../failure.ts';
import { checkedBytes } from './checked-bytes.ts';
import { csvRows } from './csv-rows.ts';
import { jsonRows } from './json-rows.ts';
import type { SourceRow } from './row.ts';

export type StockFormat = 'csv' | 'jsonl';

export type StockFile = {
  readonly path: string;
  readonly format: StockFormat;
  /** SHA-256 of the whole file. */
  readonly digest: Buffer;
  readonly rows: number;
  /** 证照颁发机构代码 ZZBFJGDM of the first row that gives one. */
  readonly issuer: string | undefined;
};

/**
 * Reads the file once from end to end before anything of it is sent: digest, number of rows, and whether it can be read.
 * Throws WrongUse.
 */
export async function inspectStock(
  path: string,
  format: StockFormat,
  onRow: (rows: number) => void,
): Promise<StockFile> {
  const hash = createHash('sha256');
  let rows = 0;
  let issuer: string | undefined;
  for await (const { values } of rowsOf(path, format, hash)) {
    rows += 1;
    issuer ??= values.ZZBFJGDM;
    onRow(rows);
  }
  if (rows === 0) throw new WrongUse(`${path} 没有数据行 / has no rows`);
  return { path, format, digest: hash.digest(), rows, issuer };
}

/** The rows again. Throws WrongUse, after the last one, when the file is not what it was. */
export async function* readStock({
  path,
  format,
  digest,
}: StockFile): AsyncGenerator<SourceRow, void, undefined> {
  const hash = createHash('sha256');
  yield* rowsOf(path, format, hash);
  if (!hash.digest().equals(digest))
    throw new WrongUse(`${path} 在导入时被改动 / was changed while it was imported`);
}

export function formatOf(path: string, given: string | undefined): StockFormat {
  const format = given ?? (/\.(jsonl|ndjson)$/i.test(path) ? 'jsonl' : 'csv');
  if (format === 'csv' || format === 'jsonl') return format;
  throw new WrongUse(`--format 应为 / must be csv or jsonl: ${format}`);
}

function rowsOf(path: string, format: StockFormat, hash: Hash): AsyncGenerator<SourceRow, void, undefined> {
  const bytes = checkedBytes(path, hash);
  return format === 'csv' ? csvRows(path, bytes) : jsonRows(bytes);
}
