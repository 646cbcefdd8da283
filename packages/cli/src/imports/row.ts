/** A row of a file as it is sent. One that cannot be read is sent without values, so that it fails there as well. */
export type SourceRow = {
  /** Line where it begins, from 1. */
  readonly line: number;
  /** By column, several holders joined by `^`; what is not given is left out. */
  readonly values: { readonly [column: string]: string };
  /** What our reading found; the result file says this instead of what the node answers. */
  readonly faults: readonly RowFault[];
};

export type RowFault = { readonly column: string; readonly reason: string };

export const MAX_ROW_BYTES = 1 << 20;

export function unreadable(line: number, faults: readonly RowFault[]): SourceRow {
  return { line, values: {}, faults };
}

export const wholeRow = (zh: string, en: string): RowFault => ({ column: '', reason: `${zh} / ${en}` });

/** What no message may carry; undefined = nothing. */
export function textFault(column: string, value: string): RowFault | undefined {
  if (value.includes('\u0000')) return { column, reason: '含有空字符（NUL） / holds a NUL character' };
  if (!value.isWellFormed()) return { column, reason: '不是完整的 Unicode / is not well-formed Unicode' };
  return undefined;
}
