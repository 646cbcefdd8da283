import { holderKind } from '@lianzheng/identifier';
import { addDays, dateBetween, endOfTerm } from './dates.ts';
import type { StockType, StockValidity } from './face.ts';
import { breakRow, type RowDraft } from './faults.ts';
import { holdersFor } from './holders.ts';
import { itemValue } from './items.ts';
import { type Numbering, numberingOf } from './licence-number.ts';
import { below, digits, type Random, randomFor } from './random.ts';
import { type OptionalColumn, type StockRow, stockColumns } from './row.ts';

export interface StockOptions {
  readonly type: StockType;
  readonly issuer: { readonly code: string; readonly name: string };
  /** Number of rows. */
  readonly count: number;
  /** Index of the first row, to go on where another run ended; 0 if left out. */
  readonly from?: number;
  /** Same seed and options, same rows. */
  readonly seed: string;
  /** Share of rows broken on purpose, 0 to 1; 0 if left out. */
  readonly brokenShare?: number;
  /** Days of issue, YYYY-MM-DD, both included; 2005-01-01 to 2025-12-31 if left out. */
  readonly issuedBetween?: { readonly first: string; readonly last: string };
  readonly optionalColumns?: readonly OptionalColumn[];
}

const ISSUED_BETWEEN = { first: '2005-01-01', last: '2025-12-31' };
/** Term where the type sets no longest one. */
const OPEN_TERM_MONTHS = 60;

/**
 * The rows of a paper stock, made one by one as they are asked for. Row n depends on the options and n only.
 * Licence numbers are unique within type, issuer and seed. Throws a RangeError, at the first row, for options
 * from which no stock can be made, among them a licence number pattern with fewer numbers than rows.
 */
export function* generateStock(options: StockOptions): Generator<StockRow, void, void> {
  checkType(options.type);
  const from = options.from ?? 0;
  const seed = `${options.seed}\n${options.issuer.code}\n${options.type.code}`;
  const numbers = numberingOf(
    options.type,
    options.type.licenceNumberPattern || defaultPattern(options),
    seed,
  );
  const end = from + options.count;
  if (end > numbers.capacity) {
    throw new RangeError(`only ${numbers.capacity} licence numbers of the pattern, ${end} needed`);
  }
  const columns = stockColumns(options.type, options.optionalColumns);
  for (let index = from; index < end; index++) {
    const random = randomFor(seed, index);
    // Drawn first: whether a row is broken depends on no other draw.
    const toBreak = random() < (options.brokenShare ?? 0);
    const draft = draftRow(options, numbers, random, index);
    const broken = toBreak ? breakRow(draft, options.type, random) : undefined;
    yield { index, values: inOrder(columns, draft), broken };
  }
}

/** Division of the issuer, the type's three digits, nine counting digits. */
function defaultPattern({ issuer, type }: StockOptions): string {
  return `${issuer.code.slice(2, 8)}${type.code.slice(-3)}[0-9]{9}`;
}

function draftRow(options: StockOptions, numbers: Numbering, random: Random, index: number): RowDraft {
  const { type, issuer } = options;
  const number = numbers.at(index);
  const { first, last } = options.issuedBetween ?? ISSUED_BETWEEN;
  const issuedOn = dateBetween(random, first, last);
  const startsOn = addDays(issuedOn, below(random, 4) === 0 ? below(random, 30) : 0);
  const holders = holdersFor(random, type, number.holder);
  const texts: Record<string, string> = {
    ZZMC: type.name,
    ZZLXDM: type.code,
    ZZBH: number.text,
    ZZBFJG: issuer.name,
    ZZBFJGDM: issuer.code,
    ZZBFRQ: issuedOn,
    ZZYXQQSRQ: startsOn,
    ZZYXQJZRQ: endOf(random, type.validity, startsOn),
    YSLSH: `Y${digits(random, 10)}`,
    BBH: '001',
  };
  const context = { holders, issuerName: issuer.name, issuedOn };
  for (const item of type.items) texts[`KZ_${item.key}`] = itemValue(random, item, context);
  return { texts, holders };
}

function endOf(random: Random, validity: StockValidity, startsOn: string): string {
  const open = validity.kind === 'LONG_TERM' || (validity.kind === 'EITHER' && below(random, 2) === 0);
  return open ? '' : endOfTerm(startsOn, validity.months || OPEN_TERM_MONTHS);
}

function inOrder(columns: readonly string[], { texts, holders }: RowDraft): StockRow['values'] {
  const values: Record<string, string | readonly string[]> = {};
  for (const column of columns) {
    if (column === 'CZZT') values[column] = holders.map((holder) => holder.name);
    else if (column === 'CZZTDM') values[column] = holders.map((holder) => holder.code);
    else if (column === 'CZZTDMLXDM') values[column] = holders.map((holder) => holder.kind);
    else values[column] = texts[column]!;
  }
  return values;
}

function checkType(type: StockType): void {
  if (type.holderKinds.length === 0) throw new RangeError(`licence type ${type.code} has no kind of holder`);
  for (const kind of type.holderKinds) {
    if (!holderKind(kind))
      throw new RangeError(`licence type ${type.code} has an unknown kind of holder: ${kind}`);
  }
  for (const item of type.items) {
    if (item.type === 'CODE' && !item.values?.length) throw new RangeError(`item ${item.key} has no values`);
  }
}
