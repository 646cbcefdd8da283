import type { StockRow } from './row.ts';

/** CSV (RFC 4180, without byte order mark), one line or record at a time, header first; holders joined by `^`. */
export function* toCsv(columns: readonly string[], rows: Iterable<StockRow>): Generator<string, void, void> {
  yield `${columns.map(quote).join(',')}\r\n`;
  for (const { values } of rows) {
    yield `${columns.map((column) => quote(asText(values[column]))).join(',')}\r\n`;
  }
}

/** JSON Lines: holders as arrays, columns that are not given left out. */
export function* toJsonLines(rows: Iterable<StockRow>): Generator<string, void, void> {
  for (const { values } of rows) {
    const given = Object.entries(values).filter(([, value]) => value !== '');
    yield `${JSON.stringify(Object.fromEntries(given))}\n`;
  }
}

function asText(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join('^');
}

function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
