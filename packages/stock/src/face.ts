/**
 * What the generator has to know of a licence type: the part of lianzheng.catalog.v1.LicenceType that an
 * import is checked against, with the names of its enum values without their prefix.
 */
export interface StockType {
  /** 证照类型代码, 21 characters. */
  readonly code: string;
  readonly name: string;
  /** Kinds of holder codes, GB/T 36903 annex A; at least one. */
  readonly holderKinds: readonly string[];
  readonly minHolders: number;
  readonly maxHolders: number;
  readonly items: readonly StockItem[];
  readonly validity: StockValidity;
  /** Pattern that the licence number has to match; empty or missing = any. */
  readonly licenceNumberPattern?: string;
}

export type StockItemType = 'TEXT' | 'LONG_TEXT' | 'DATE' | 'NUMBER' | 'CODE' | 'CREDIT_CODE' | 'RESIDENT_ID';

export interface StockItem {
  readonly key: string;
  /** Chinese name; the generator guesses from it what a text should look like. */
  readonly name: string;
  readonly type: StockItemType;
  readonly required: boolean;
  /** In code points; 0 or missing = 200. */
  readonly maxLength?: number;
  /** For CODE: the values allowed; at least one. */
  readonly values?: readonly string[];
}

export type StockValidityKind = 'LONG_TERM' | 'TERM' | 'EITHER';

export interface StockValidity {
  readonly kind: StockValidityKind;
  /** Longest validity in months; 0 or missing = any. */
  readonly months?: number;
}

const DEFAULT_MAX_LENGTH = 200;

export function maxLengthOf(item: StockItem): number {
  return item.maxLength || DEFAULT_MAX_LENGTH;
}
