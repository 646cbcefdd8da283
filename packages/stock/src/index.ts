export type { StockItem, StockItemType, StockType, StockValidity, StockValidityKind } from './face.ts';
export { STOCK_FAULTS, type StockFault } from './faults.ts';
export { toCsv, toJsonLines } from './formats.ts';
export { stockType } from './from-licence-type.ts';
export { generateStock, type StockOptions } from './generate.ts';
export { type OptionalColumn, type StockRow, stockColumns } from './row.ts';
