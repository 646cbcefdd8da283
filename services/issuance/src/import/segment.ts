import { randomBytes } from 'node:crypto';
import { shanghaiDay } from '@lianzheng/licence';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { ImportOutcome, type ImportRow, type ImportRowResult } from '@lianzheng/proto/issuance/v1/issuance';
import type { Context } from '../context.ts';
import type { Draft } from '../domain/draft.ts';
import { planRow, type RowPlan } from '../domain/import-plan.ts';
import { readRow, type StockIssuer, type StockLicence } from '../domain/import-row.ts';
import { findKnownStock } from './known-stock.ts';

/** A row that has passed every check of its own. */
export interface GoodRow {
  readonly row: ImportRow;
  readonly licence: StockLicence;
  readonly draft: Draft;
}

export type ReadRow = GoodRow | { readonly row: ImportRow; readonly result: ImportRowResult };

export function readRows(
  { clock, vault }: Pick<Context, 'clock' | 'vault'>,
  issuer: StockIssuer,
  rows: readonly ImportRow[],
): ReadRow[] {
  const today = shanghaiDay(clock.now());
  const { numberIndex } = vault();
  const draftOf = (type: LicenceType, { data }: StockLicence): Draft => ({
    type,
    issuerCode: issuer.code,
    issuerName: issuer.name,
    data,
    numberIndex: numberIndex(type.code, issuer.code, data.licenceNumber),
    reasonCode: '',
    randomBytes,
    intent: undefined,
  });
  return rows.map((row) => {
    const read = readRow(row.values, issuer, today);
    if ('faults' in read) return { row, result: failed(row, read.faults) };
    return { row, licence: read.licence, draft: draftOf(read.type, read.licence) };
  });
}

/**
 * The rows before the first one whose licence number stands in an earlier row: those are decided together, the rest
 * once these have been taken.
 */
export function firstSegment(rows: readonly ReadRow[]): ReadRow[] {
  const numbers = new Set<string>();
  const end = rows.findIndex((row) => {
    if ('result' in row) return false;
    const number = row.draft.numberIndex.toString('base64');
    const again = numbers.has(number);
    numbers.add(number);
    return again;
  });
  return end < 0 ? [...rows] : rows.slice(0, end);
}

export type DecidedRow = { readonly row: ImportRow } & (
  | { readonly result: ImportRowResult }
  | { readonly plan: Extract<RowPlan, { plan: unknown }>['plan']; readonly decidedAt: Date }
);

/** What becomes of each row, from what is known of the licences that have its number. */
export async function decideRows(
  context: Pick<Context, 'database' | 'vault'>,
  rows: readonly ReadRow[],
): Promise<DecidedRow[]> {
  const good = rows.filter((row): row is GoodRow => !('result' in row));
  const knownOf = await findKnownStock(context, good);
  return rows.map((row): DecidedRow => {
    if ('result' in row) return row;
    const decided = planRow(row.licence, knownOf(row), row.draft);
    if ('plan' in decided) return { row: row.row, plan: decided.plan, decidedAt: row.licence.decidedAt };
    if ('fault' in decided) return { row: row.row, result: failed(row.row, [decided.fault]) };
    return {
      row: row.row,
      result: resultOf(row.row, ImportOutcome.UNCHANGED, decided.unchanged),
    };
  });
}

export function resultOf({ line }: ImportRow, outcome: ImportOutcome, identifier: string): ImportRowResult {
  return { line, outcome, identifier, errors: [] };
}

function failed({ line }: ImportRow, errors: ImportRowResult['errors']): ImportRowResult {
  return { line, outcome: ImportOutcome.FAILED, identifier: '', errors: [...errors] };
}
