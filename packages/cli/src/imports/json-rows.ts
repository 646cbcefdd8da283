import { isObject } from '../input.ts';
import { MAX_ROW_BYTES, type RowFault, type SourceRow, textFault, unreadable, wholeRow } from './row.ts';

/** The rows of a JSON Lines file: one object a line, several holders as arrays. A line that is none is that row's fault. */
export async function* jsonRows(bytes: AsyncIterable<Buffer>): AsyncGenerator<SourceRow, void, undefined> {
  let line = 0;
  for await (const text of linesOf(bytes)) {
    line += 1;
    if (text === undefined) yield unreadable(line, [wholeRow('超过 1 MiB', 'is larger than 1 MiB')]);
    else if (text.trim() !== '') yield rowOf(text, line);
  }
}

/** Lines without their end; undefined for one that is too long, which is not kept. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string | undefined, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = () => {
    const text = length > MAX_ROW_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
    parts = [];
    length = 0;
    return text;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      length += end - start;
      start = end + 1;
      yield take();
    }
    length += chunk.length - start;
    if (length <= MAX_ROW_BYTES) parts.push(chunk.subarray(start));
    else parts = [];
  }
  if (length > 0) yield take();
}

function rowOf(text: string, line: number): SourceRow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return unreadable(line, [wholeRow(`不是有效的 JSON：${(error as Error).message}`, 'is not JSON')]);
  }
  if (!isObject(json)) return unreadable(line, [wholeRow('应为 JSON 对象', 'must be a JSON object')]);
  const values: Record<string, string> = Object.create(null);
  const faults: RowFault[] = [];
  for (const [column, value] of Object.entries(json)) {
    if (value === null || value === '') continue;
    const read = columnValue(column, value);
    if (typeof read === 'string') values[column] = read;
    else faults.push(read);
  }
  return faults.length > 0 ? unreadable(line, faults) : { line, values, faults };
}

function columnValue(column: string, value: unknown): string | RowFault {
  if (typeof value === 'string') return textFault(column, column + value) ?? value;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    return { column, reason: '应为文本或文本的数组 / must be a text or an array of texts' };
  if (value.some((one) => one.includes('^'))) return { column, reason: '不能含有 ^ / must not hold ^' };
  return textFault(column, column + value.join('')) ?? value.join('^');
}
