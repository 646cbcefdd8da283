import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { generateStock, type StockRow, stockType } from '@lianzheng/stock';

const DAY_MS = 86_400_000;

/** Invented licence data of a type, issued lately and valid at `now`; `seed` makes it another one. */
export function sampleLicence(
  type: LicenceType,
  issuer: { code: string; name: string },
  seed: string,
  now: Date,
): LicenceData {
  // A term may begin up to a month after the day of issue.
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS).toISOString().slice(0, 10);
  const issuedBetween = { first: daysAgo(90), last: daysAgo(32) };
  const rows = generateStock({ type: stockType(type), issuer, count: 1, seed, issuedBetween });
  return licenceFromRow(rows.next().value as StockRow);
}

export function licenceFromRow({ values }: StockRow): LicenceData {
  const one = (name: string) => list(values[name])[0] ?? '';
  const names = list(values.CZZT);
  const codes = list(values.CZZTDM);
  const kinds = list(values.CZZTDMLXDM);
  return {
    typeCode: one('ZZLXDM'),
    licenceNumber: one('ZZBH'),
    issuedOn: one('ZZBFRQ'),
    validFrom: one('ZZYXQQSRQ'),
    validTo: one('ZZYXQJZRQ'),
    holders: names.map((name, i) => ({ name, codeKind: kinds[i] ?? kinds[0] ?? '', code: codes[i] ?? '' })),
    items: Object.fromEntries(
      Object.entries(values)
        .filter(([name, value]) => name.startsWith('KZ_') && list(value)[0] !== '')
        .map(([name, value]) => [name.slice(3), list(value)[0]!]),
    ),
    printedForms: [],
  };
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
