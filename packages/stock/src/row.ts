import type { StockType } from './face.ts';
import type { StockFault } from './faults.ts';

/** 印刷流水号 (printed form number) and 版本号 (version; left out it is 001). */
export type OptionalColumn = 'YSLSH' | 'BBH';

/** One licence on paper, as a row of an import. */
export interface StockRow {
  /** Place in the stock, from 0. */
  readonly index: number;
  /** By column, in the order of stockColumns; several holders are arrays; '' = not given. */
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** How the row was broken on purpose; undefined = an import has to take it. */
  readonly broken: StockFault | undefined;
}

const COLUMNS = [
  'ZZMC',
  'ZZLXDM',
  'ZZBH',
  'ZZBFJG',
  'ZZBFJGDM',
  'ZZBFRQ',
  'CZZT',
  'CZZTDM',
  'CZZTDMLXDM',
  'ZZYXQQSRQ',
  'ZZYXQJZRQ',
] as const;

/** Short names of GB/T 36903, `KZ_<key>` for each item of the face, then the optional columns. */
export function stockColumns(type: StockType, optional: readonly OptionalColumn[] = []): string[] {
  return [...COLUMNS, ...type.items.map((item) => `KZ_${item.key}`), ...optional];
}
