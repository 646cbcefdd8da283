/** Types of columns that `copyRows` writes. */
export type CopyType = 'int4' | 'int8' | 'bytea';
export type CopyValue = number | bigint | Uint8Array | null;

const widths = { int4: 4, int8: 8 };

/**
 * Rows in PostgreSQL's binary COPY format, without its header and end, so that pieces can follow one another. Every
 * row has a value for every type, in order.
 */
export function copyRows(types: readonly CopyType[], rows: readonly (readonly CopyValue[])[]): Buffer {
  let bytes = 0;
  for (const row of rows) bytes += sizeOf(types, row);
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const row of rows) {
    at = buffer.writeInt16BE(types.length, at);
    for (const [column, type] of types.entries()) at = writeValue(buffer, at, type, row[column]!);
  }
  return buffer;
}

function sizeOf(types: readonly CopyType[], row: readonly CopyValue[]): number {
  if (row.length !== types.length)
    throw new RangeError(`row of ${row.length} values for ${types.length} columns`);
  let bytes = 2 + 4 * types.length;
  for (const [column, value] of row.entries()) bytes += widthOf(types[column]!, value);
  return bytes;
}

function widthOf(type: CopyType, value: CopyValue): number {
  if (value === null) return 0;
  return type === 'bytea' ? (value as Uint8Array).length : widths[type];
}

function writeValue(buffer: Buffer, at: number, type: CopyType, value: CopyValue): number {
  if (value === null) return buffer.writeInt32BE(-1, at);
  const start = buffer.writeInt32BE(widthOf(type, value), at);
  if (type === 'int4') return buffer.writeInt32BE(Number(value), start);
  if (type === 'int8') return buffer.writeBigInt64BE(BigInt(value as number | bigint), start);
  buffer.set(value as Uint8Array, start);
  return start + (value as Uint8Array).length;
}
