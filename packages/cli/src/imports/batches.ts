import type { SourceRow } from './row.ts';

export type Batch = {
  /** Number of its first row, from 0. */
  readonly firstRow: number;
  readonly rows: readonly SourceRow[];
};

/** ImportRows takes 1,000 rows and 3 MiB. */
const MAX_ROWS = 1_000;
const MAX_BYTES = 2.5 * (1 << 20);

/** Rows from number `from` on, in the size that one call takes. */
export async function* batchesOf(
  rows: AsyncIterable<SourceRow>,
  from: number,
): AsyncGenerator<Batch, void, undefined> {
  let batch: SourceRow[] = [];
  let bytes = 0;
  let number = 0;
  for await (const row of rows) {
    number += 1;
    if (number <= from) continue;
    const size = sizeOf(row);
    if (batch.length === MAX_ROWS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield { firstRow: number - 1 - batch.length, rows: batch };
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield { firstRow: number - batch.length, rows: batch };
}

/** No less than the bytes that it takes in a message. */
function sizeOf({ values }: SourceRow): number {
  let bytes = 16;
  for (const [column, value] of Object.entries(values))
    bytes += Buffer.byteLength(column) + Buffer.byteLength(value) + 12;
  return bytes;
}
