import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCreditCode, isResidentNumber, normaliseHolderCode } from '@lianzheng/identifier';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  generateStock,
  STOCK_FAULTS,
  type StockItem,
  type StockOptions,
  type StockRow,
  type StockType,
  stockColumns,
  toCsv,
  toJsonLines,
} from './index.ts';

const foodLicence: StockType = {
  code: '11440300MB2C9876XE001',
  name: '食品经营许可证',
  holderKinds: ['001', '111', '099', '114', '414', '511', '516', '999'],
  minHolders: 1,
  maxHolders: 3,
  validity: { kind: 'TERM', months: 60 },
  licenceNumberPattern: '^JY[1-3]4403[0-9]{8}$',
  items: [
    { key: 'operatorName', name: '经营者名称', type: 'TEXT', required: true, maxLength: 40 },
    { key: 'premises', name: '经营场所', type: 'TEXT', required: true, maxLength: 20 },
    { key: 'remarks', name: '备注', type: 'LONG_TEXT', required: false },
    { key: 'foundedOn', name: '成立日期', type: 'DATE', required: false },
    { key: 'area', name: '面积', type: 'NUMBER', required: true, maxLength: 8 },
    { key: 'business', name: '主体业态', type: 'CODE', required: true, values: ['食品销售', '餐饮服务'] },
    { key: 'creditCode', name: '统一社会信用代码', type: 'CREDIT_CODE', required: false },
    { key: 'headId', name: '负责人身份号码', type: 'RESIDENT_ID', required: false },
  ],
};
const options: StockOptions = {
  type: foodLicence,
  issuer: { code: '11440300MB2C9876XE', name: '栖云市市场监督管理局' },
  count: 2000,
  seed: 'a',
};

const lines = (given: StockOptions) => [...toJsonLines(generateStock(given))];

/** What an import has to hold against a row, written independently of the ways in which rows are broken. */
function problems(row: StockRow, type: StockType): string[] {
  const found: string[] = [];
  const text = (column: string) => row.values[column] as string;
  const list = (column: string) => row.values[column] as readonly string[];
  if (text('ZZLXDM') !== type.code) found.push('type');
  if (!new RegExp(type.licenceNumberPattern!, 'u').test(text('ZZBH'))) found.push('number');
  for (const column of ['ZZBFRQ', 'ZZYXQQSRQ']) if (!isDate(text(column))) found.push(column);
  const end = text('ZZYXQJZRQ');
  if ((type.validity.kind === 'TERM' && end === '') || (end !== '' && !isDate(end))) found.push('end');
  if (end !== '' && end < text('ZZYXQQSRQ')) found.push('order');
  const holders = list('CZZTDMLXDM');
  if (holders.length < type.minHolders || holders.length > type.maxHolders) found.push('holders');
  for (const [index, kind] of holders.entries()) {
    if (!type.holderKinds.includes(kind)) found.push('kind');
    const check = normaliseHolderCode(kind, list('CZZTDM')[index]!);
    if (!check.ok || check.code !== list('CZZTDM')[index]) found.push('code');
    if (!/^[^\p{Cc}]+$/u.test(list('CZZT')[index]!)) found.push('name');
  }
  for (const item of type.items) if (!suits(item, text(`KZ_${item.key}`))) found.push(item.key);
  return found;
}

function suits(item: StockItem, value: string): boolean {
  if (value === '') return !item.required;
  if ([...value].length > (item.maxLength || 200)) return false;
  if (item.type === 'DATE') return isDate(value);
  if (item.type === 'NUMBER') return /^\d+(\.\d+)?$/.test(value);
  if (item.type === 'CODE') return item.values!.includes(value);
  if (item.type === 'CREDIT_CODE') return isCreditCode(value);
  if (item.type === 'RESIDENT_ID') return isResidentNumber(value);
  return item.type === 'LONG_TEXT' || !value.includes('\n');
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

test('same options, same stock; another seed or issuer, another stock', () => {
  const first = lines(options);
  assert.equal(first.length, 2000);
  assert.deepEqual(lines(options), first);
  assert.notDeepEqual(lines({ ...options, seed: 'b' }), first);
  const elsewhere = { code: '11440100MB2C9876X4', name: '汀湾市市场监督管理局' };
  assert.notDeepEqual(lines({ ...options, issuer: elsewhere }), first);
});

test('any part of a stock can be made alone', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(50), (from, count) => {
      const part = lines({ ...options, brokenShare: 0.3, from, count });
      assert.deepEqual(part, lines({ ...options, brokenShare: 0.3, count: from + count }).slice(from));
    }),
    { numRuns: 10 },
  );
});

test('rows that are not broken are without fault, and their numbers differ', () => {
  const numbers = new Set<unknown>();
  for (const row of generateStock({ ...options, count: 20_000 })) {
    assert.equal(row.broken, undefined);
    assert.deepEqual(problems(row, foodLicence), [], JSON.stringify(row));
    numbers.add(row.values.ZZBH);
  }
  assert.equal(numbers.size, 20_000);
});

test('every kind of holder, several holders and rare characters occur', () => {
  const rows = [...generateStock({ ...options, count: 20_000 })];
  const kinds = new Set(rows.flatMap((row) => row.values.CZZTDMLXDM));
  assert.deepEqual([...kinds].sort(), [...foodLicence.holderKinds].sort());
  assert.ok(rows.some((row) => row.values.CZZT!.length === 3));
  assert.ok(rows.some((row) => /[\u{20000}-\u{3ffff}]/u.test(String(row.values.CZZT))));
});

test('the asked share is broken, in every way, and each broken row has a fault', () => {
  const rows = [...generateStock({ ...options, count: 20_000, brokenShare: 0.1 })];
  const broken = rows.filter((row) => row.broken);
  // Standard deviation 42: five of them either way.
  assert.ok(Math.abs(broken.length - 2000) < 212, String(broken.length));
  assert.deepEqual([...new Set(broken.map((row) => row.broken))].sort(), [...STOCK_FAULTS].sort());
  for (const row of rows) {
    const found = problems(row, foodLicence);
    assert.equal(
      found.length > 0,
      row.broken !== undefined,
      `${row.broken}: ${JSON.stringify(row)} ${found}`,
    );
  }
});

test('a licence numbered by its holder: number, birthday and sex agree with the code', () => {
  const drivingLicence: StockType = {
    ...foodLicence,
    holderKinds: ['111', '414'],
    maxHolders: 1,
    licenceNumberPattern: '^[1-9][0-9]{16}[0-9X]$',
    items: [
      { key: 'name', name: '姓名', type: 'TEXT', required: true },
      { key: 'sex', name: '性别', type: 'CODE', required: true, values: ['男', '女'] },
      { key: 'bornOn', name: '出生日期', type: 'DATE', required: true },
    ],
  };
  for (const { values } of generateStock({ ...options, type: drivingLicence })) {
    const [code] = values.CZZTDM as string[];
    assert.equal(values.ZZBH, code);
    assert.deepEqual([values.KZ_name], values.CZZT);
    assert.equal(values.KZ_sex, Number(code![16]) % 2 === 1 ? '男' : '女');
    assert.equal(String(values.KZ_bornOn).replaceAll('-', ''), code!.slice(6, 14));
  }
});

test('types of other shapes: no items, no end, any number, every row broken', () => {
  const plain: StockType = {
    code: '11440000MB2C9876XY002',
    name: '荣誉证书',
    holderKinds: ['999'],
    minHolders: 0,
    maxHolders: 0,
    validity: { kind: 'LONG_TERM' },
    items: [],
  };
  const rows = [...generateStock({ ...options, type: plain, brokenShare: 1 })];
  assert.ok(rows.every((row) => row.broken));
  const [whole] = generateStock({ ...options, type: plain, count: 1 });
  assert.match(String(whole!.values.ZZBH), /^440300002\d{9}$/);
  assert.equal(whole!.values.ZZYXQJZRQ, '');
  assert.equal(whole!.values.CZZT!.length, 1);
});

test('rows are made as they are asked for', () => {
  const endless = { ...foodLicence, licenceNumberPattern: '[0-9]{12}' };
  const stock = generateStock({ ...options, type: endless, count: 1e9 });
  assert.equal(stock.next().value?.index, 0);
});

test('options from which no stock can be made', () => {
  const first = (type: Partial<StockType>) => () =>
    generateStock({ ...options, type: { ...foodLicence, ...type } }).next();
  assert.throws(first({ licenceNumberPattern: '[0-9]{3}' }), /only 1000 licence numbers .* 2000 needed/);
  assert.throws(first({ licenceNumberPattern: '(?=A)[0-9]{9}' }), RangeError);
  assert.throws(first({ holderKinds: [] }), RangeError);
  assert.throws(first({ holderKinds: ['10'] }), RangeError);
  assert.throws(first({ items: [{ key: 'x', name: 'x', type: 'CODE', required: true }] }), RangeError);
});

test('CSV reads back as what was generated', () => {
  const columns = stockColumns(foodLicence, ['YSLSH', 'BBH']);
  const given = { ...options, brokenShare: 0.1, optionalColumns: ['YSLSH', 'BBH'] } as const;
  const text = [...toCsv(columns, generateStock(given))].join('');
  const records: Record<string, string>[] = parse(text, { columns: true });
  const expected = [...generateStock(given)].map(({ values }) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : value.join('^'),
      ]),
    ),
  );
  assert.deepEqual(
    records.map((record) => ({ ...record })),
    expected,
  );
  assert.ok(text.includes('""A""'), 'marks that need quoting occur');
});

test('CSV quotes any text', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom(...'",\r\n \t甲a^') }), {
    minLength: 2,
    maxLength: 5,
  });
  fc.assert(
    fc.property(texts, (values) => {
      const columns = values.map((_, index) => `c${index}`);
      const row: StockRow = {
        index: 0,
        values: Object.fromEntries(values.map((value, index) => [`c${index}`, value])),
        broken: undefined,
      };
      assert.deepEqual(parse([...toCsv(columns, [row])].join(''))[1], values);
    }),
  );
});

test('JSON Lines read back as what was generated, without the columns not given', () => {
  const given = { ...options, brokenShare: 0.1 };
  for (const [index, row] of [...generateStock(given)].entries()) {
    const [line] = toJsonLines([row]);
    const parsed = JSON.parse(line!);
    assert.ok(!Object.values(parsed).includes(''), String(index));
    const empty = Object.fromEntries(stockColumns(foodLicence).map((column) => [column, '']));
    assert.deepEqual({ ...empty, ...parsed }, row.values);
    assert.equal(line!.indexOf('\n'), line!.length - 1);
  }
});
