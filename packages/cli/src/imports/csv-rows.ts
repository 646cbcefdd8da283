import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { WrongUse } from '../failure.ts';
import { MAX_ROW_BYTES, type RowFault, type SourceRow, textFault, unreadable, wholeRow } from './row.ts';

/** Columns without which a file is something else. */
const NEEDED = ['ZZLXDM', 'ZZBH'];

/**
 * The rows of a CSV file (RFC 4180), header first. Throws WrongUse for a header that is none and, with its line, for
 * quoting that makes the rest unreadable; a row with another number of fields is only that row's fault.
 */
export async function* csvRows(
  path: string,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<SourceRow, void, undefined> {
  const parser = parse({
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
    record_delimiter: ['\r\n', '\n'],
  });
  const source = Readable.from(bytes, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  let line = 1;
  try {
    for await (const record of source.pipe(parser) as AsyncIterable<string[]>) {
      const begins = line;
      line += 1 + newlinesIn(record);
      if (record.length === 1 && record[0] === '') continue;
      if (header) yield rowOf(header, record, begins);
      else header = checkedHeader(path, record);
    }
  } catch (error) {
    throw error instanceof CsvError ? syntaxProblem(path, line, error) : error;
  } finally {
    source.destroy();
  }
  if (!header) throw new WrongUse(`${path} 是空文件 / is empty`);
}

function checkedHeader(path: string, names: readonly string[]): readonly string[] {
  const problems = [
    ...names.flatMap((name, i) =>
      name === '' ? [`第 ${i + 1} 列没有列名 / column ${i + 1} has no name`] : [],
    ),
    ...names.flatMap((name, i) => (names.indexOf(name) < i ? [`列名重复 ${name} / is there twice`] : [])),
    ...names.flatMap((name) => textFault(name, name)?.reason ?? []),
    ...NEEDED.filter((name) => !names.includes(name)).map(
      (name) => `缺少列 ${name} / no column of this name`,
    ),
  ];
  if (problems.length === 0) return names;
  throw new WrongUse(
    problems.map((problem) => `${path} 第 1 行：${problem}`),
    '列名用 GB/T 36903 的短名与 KZ_<照面项>，逗号分隔 / columns are the short names of GB/T 36903 and KZ_<item>, separated by commas',
  );
}

function rowOf(header: readonly string[], record: readonly string[], line: number): SourceRow {
  if (record.length !== header.length) {
    const [wanted, found] = [header.length, record.length];
    return unreadable(line, [
      wholeRow(`应有 ${wanted} 列，实有 ${found} 列`, `${wanted} fields wanted, ${found} found`),
    ]);
  }
  const values: Record<string, string> = Object.create(null);
  const faults: RowFault[] = [];
  for (const [i, value] of record.entries()) {
    if (value === '') continue;
    const fault = textFault(header[i]!, value);
    if (fault) faults.push(fault);
    values[header[i]!] = value;
  }
  return faults.length > 0 ? unreadable(line, faults) : { line, values, faults };
}

const MESSAGES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: '引号没有结束 / a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE:
    '引号之后还有文字；字段里的引号应写两个 / text after a closing quote; a quote inside is written twice',
  INVALID_OPENING_QUOTE:
    '字段中间出现引号；含引号的字段应整个用引号括起 / a quote inside of an unquoted field',
  CSV_MAX_RECORD_SIZE:
    '一行超过 1 MiB，可能有引号没有结束 / a row is larger than 1 MiB; perhaps a quote is not closed',
};

/** `line`: where the record begins. The parser's own count takes a line end within quotes for two. */
function syntaxProblem(path: string, line: number, { code, message }: CsvError): WrongUse {
  return new WrongUse(`${path} 第 ${line} 行：${MESSAGES[code] ?? message}`);
}

function newlinesIn(record: readonly string[]): number {
  let count = 0;
  for (const cell of record)
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}
