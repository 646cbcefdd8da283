import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FaceItemType, LicenceType, ValidityKind } from '@lianzheng/proto/catalog/v1/objects';
import { generateStock, type StockType } from '@lianzheng/stock';
import fc from 'fast-check';
import { readRow, type StockIssuer } from './import-row.ts';

const issuerOf = (type: LicenceType): StockIssuer => ({
  code: '11440300YH0003024J',
  name: '海岑市市场监督管理局',
  typeOf: (code) => (code === type.code ? type : undefined),
});

function typeFrom(name: string): { stock: StockType; type: LicenceType } {
  const file = new URL(`../../../../deploy/catalogue/nodes/440000/types/${name}.json`, import.meta.url);
  const stock = JSON.parse(readFileSync(file, 'utf8'));
  const kinds = FaceItemType as unknown as Record<string, FaceItemType>;
  const type = {
    ...LicenceType.decode(new Uint8Array()),
    ...stock,
    items: stock.items.map((item: { type: string }) => ({
      maxLength: 0,
      values: [],
      ...item,
      type: kinds[item.type],
    })),
    validity: {
      kind: (ValidityKind as unknown as Record<string, ValidityKind>)[stock.validity.kind],
      months: stock.validity.months ?? 0,
    },
  };
  return { stock, type };
}

const TODAY = '2026-03-02';
const TYPES = [
  'food-business-licence',
  'marriage-certificate',
  'real-estate-certificate',
  'residence-permit',
];

function joined(values: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      typeof value === 'string' ? value : value.join('^'),
    ]),
  );
}

test('generated stock: whole rows are taken, broken ones are not', () => {
  for (const name of TYPES) {
    const { stock, type } = typeFrom(name);
    const issuer = issuerOf(type);
    const options = { type: stock, issuer, count: 300, seed: 'rows', brokenShare: 0.3 };
    for (const row of generateStock({ ...options, optionalColumns: ['YSLSH', 'BBH'] })) {
      const read = readRow(joined(row.values), issuer, TODAY);
      if (row.broken === undefined) assert.ok('licence' in read, `${name}: ${JSON.stringify(read)}`);
      else assert.ok('faults' in read, `${name}: ${row.broken} was taken`);
    }
  }
});

const { stock, type } = typeFrom('marriage-certificate');
const issuer = issuerOf(type);
const [sample] = generateStock({ type: stock, issuer, count: 1, seed: 'one' });
const whole = joined(sample!.values);
const columnsOf = (changes: Record<string, string>) => {
  const read = readRow({ ...whole, ...changes }, issuer, TODAY);
  return 'faults' in read ? read.faults.map(({ column }) => column).sort() : [];
};

test('faults name their column', () => {
  const table: [Record<string, string>, string[]][] = [
    [{}, []],
    [{ BBH: '012' }, []],
    [{ BBH: '000' }, ['BBH']],
    [{ ZZYXQJZRQ: '长期' }, []],
    [{ ZZBFRQ: '2026-03-03' }, ['ZZBFRQ']],
    [{ ZZMC: '别的证' }, ['ZZMC']],
    [{ ZZBFJG: '' }, []],
    [{ ZZBFJGDM: '11440300YH0003032D' }, ['ZZBFJGDM']],
    [{ COLOUR: 'red' }, ['COLOUR']],
    [{ COLOUR: '' }, []],
    [{ KZ_colour: 'red' }, ['KZ_colour']],
    [{ CZZT: '张三' }, ['CZZT', 'CZZTDM', 'CZZTDMLXDM']],
    [{ CZZT: '', CZZTDM: '', CZZTDMLXDM: '' }, ['CZZT']],
    [{ ZZLXDM: '' }, ['ZZLXDM']],
    [{ ZZBH: '', ZZYXQQSRQ: '2020' }, ['ZZBH', 'ZZYXQQSRQ']],
  ];
  for (const [changes, columns] of table)
    assert.deepEqual(columnsOf(changes), columns, JSON.stringify(changes));
});

test('a type that may not be issued is a fault of the row', () => {
  const refusing: StockIssuer = {
    ...issuer,
    typeOf: () => ({ field: 'type_code', description: '停用 / retired' }),
  };
  const read = readRow(whole, refusing, TODAY);
  assert.ok('faults' in read);
  assert.deepEqual(
    read.faults.filter(({ column }) => column === 'ZZLXDM'),
    [{ column: 'ZZLXDM', reason: '停用 / retired' }],
  );
});

test('whatever a row holds, it is taken or every fault is told', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const columns = fc.oneof(fc.constantFrom(...Object.keys(whole), 'BBH', 'YSLSH', '__proto__'), text);
  fc.assert(
    fc.property(fc.dictionary(columns, text), (changes) => {
      const read = readRow({ ...whole, ...changes }, issuer, TODAY);
      if ('faults' in read) {
        assert.ok(read.faults.length > 0);
        for (const { reason } of read.faults) assert.match(reason, / \/ /);
      } else {
        assert.match(read.licence.data.issuedOn, /^\d{4}-\d\d-\d\d$/);
      }
    }),
  );
});
