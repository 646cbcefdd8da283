import { startOfDay } from '@lianzheng/licence';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Holder, LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { type ColumnFault, columnFault, columnOf } from './import-columns.ts';
import { checkLicenceData } from './licence-data.ts';
import { type Violation, violation } from './violation.ts';

/** A row of paper stock that is in order. */
export interface StockLicence {
  readonly data: LicenceData;
  /** BBH. */
  readonly version: number;
  readonly decidedAt: Date;
}

/** Whose stock it is, and what may be issued. */
export interface StockIssuer {
  readonly code: string;
  readonly name: string;
  /** The type, a fault of the row (it may not be issued), or undefined: unknown. */
  typeOf(typeCode: string): LicenceType | Violation | undefined;
}

type Values = Readonly<Record<string, string>>;

const PLAIN_COLUMNS = new Set([
  ...['ZZMC', 'ZZLXDM', 'ZZBH', 'ZZBFJG', 'ZZBFJGDM', 'ZZBFRQ', 'ZZYXQQSRQ', 'ZZYXQJZRQ'],
  ...['CZZT', 'CZZTDM', 'CZZTDMLXDM', 'YSLSH', 'BBH'],
]);
const ITEM_PREFIX = 'KZ_';

/** All faults of a row at once, or what it says. `today` is the day in Shanghai. */
export function readRow(
  values: Values,
  issuer: StockIssuer,
  today: string,
): { readonly licence: StockLicence; readonly type: LicenceType } | { readonly faults: ColumnFault[] } {
  const value = (column: string) => (Object.hasOwn(values, column) ? values[column]! : '');
  const faults: Violation[] = [];
  const found = issuer.typeOf(value('ZZLXDM'));
  const type = found && 'code' in found ? found : undefined;
  const holders = readHolders(value('CZZT'), value('CZZTDM'), value('CZZTDMLXDM'), faults);
  const form = type?.forms[0] ?? '';
  const formNumber = value('YSLSH');
  const data: LicenceData = {
    typeCode: value('ZZLXDM'),
    licenceNumber: value('ZZBH'),
    issuedOn: value('ZZBFRQ'),
    validFrom: value('ZZYXQQSRQ'),
    validTo: value('ZZYXQJZRQ') === '长期' ? '' : value('ZZYXQJZRQ'),
    holders,
    items: itemsOf(values),
    printedForms: formNumber === '' ? [] : [{ form, formNumber }],
  };
  const checked = checkLicenceData('', data, type, faults);
  const typeFault = found && !('code' in found) ? [found] : [];
  const all = [
    ...(typeFault.length > 0 ? faults.filter(({ field }) => field !== 'type_code') : faults),
    ...typeFault,
    ...agreementFaults(value, issuer, type),
    ...futureFault(data.issuedOn, today),
  ].map(columnFault);
  all.push(...unknownColumns(values));
  const version = versionOf(value('BBH'));
  if (version === undefined) all.push(columnOf('BBH', '应为001至999', 'must be 001 to 999'));
  if (all.length > 0 || !type || version === undefined) return { faults: all };
  return { licence: { data: checked, version, decidedAt: startOfDay(checked.issuedOn) }, type };
}

/** Several holders are joined by `^`, in the same order in all three columns. */
function readHolders(names: string, codes: string, kinds: string, faults: Violation[]): Holder[] {
  if (names === '' && codes === '' && kinds === '') return [];
  const columns = { name: names.split('^'), code: codes.split('^'), codeKind: kinds.split('^') };
  const count = columns.name.length;
  const fields = [
    ['holders.code', columns.code],
    ['holders.code_kind', columns.codeKind],
  ] as const;
  for (const [field, list] of fields) {
    if (list.length === count) continue;
    faults.push(violation(field, `应有${count}个，以^分隔`, `expected ${count} values joined by ^`));
  }
  return columns.name.map((name, n) => ({
    name,
    code: columns.code[n] ?? '',
    codeKind: columns.codeKind[n] ?? '',
  }));
}

function itemsOf(values: Values): Record<string, string> {
  const items = Object.entries(values).filter(([column]) => column.startsWith(ITEM_PREFIX));
  return Object.fromEntries(items.map(([column, text]) => [column.slice(ITEM_PREFIX.length), text]));
}

/** Columns that only repeat what is known have to agree with it. */
function agreementFaults(
  value: (column: string) => string,
  issuer: StockIssuer,
  type: LicenceType | undefined,
): Violation[] {
  const known: [string, string | undefined][] = [
    ['ZZMC', type?.name],
    ['ZZBFJG', issuer.name],
    ['ZZBFJGDM', issuer.code],
  ];
  return known.flatMap(([column, expected]) =>
    value(column) === '' || expected === undefined || value(column) === expected
      ? []
      : [violation(column, `应为“${expected}”或不填`, `must be “${expected}” or empty`)],
  );
}

function futureFault(issuedOn: string, today: string): Violation[] {
  return /^\d{4}-\d{2}-\d{2}$/.test(issuedOn) && issuedOn > today && issuedOn <= '2200-12-31'
    ? [violation('issued_on', '不能晚于今天', 'lies in the future')]
    : [];
}

function unknownColumns(values: Values): ColumnFault[] {
  return Object.keys(values)
    .filter(
      (column) => !PLAIN_COLUMNS.has(column) && !column.startsWith(ITEM_PREFIX) && values[column] !== '',
    )
    .map((column) => columnOf(column.slice(0, 40), '未知的列', 'unknown column'));
}

function versionOf(text: string): number | undefined {
  if (text === '') return 1;
  const version = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return version > 0 ? version : undefined;
}
