import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CatalogServiceService, ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { generateStock, type StockRow, stockColumns, stockType, toCsv, toJsonLines } from '@lianzheng/stock';
import type { Command, Invocation } from '../command.ts';
import { CheckFailed, WrongUse } from '../failure.ts';
import { readJsonObject } from '../input.ts';
import { readMessage } from '../message.ts';
import { connectionOptions, option } from '../options.ts';
import { startProgress } from '../progress.ts';
import { type Session, withSession } from '../session.ts';

export const generate: Command = {
  positionals: [],
  options: {
    type: option('CODE', '证照类型代码，取自节点的目录', "licence type, taken from the node's catalogue"),
    'type-file': option(
      'FILE',
      '证照类型的 JSON 文件，代替目录',
      'a licence type as JSON, instead of the catalogue',
    ),
    issuer: option(
      'CODE',
      '颁发机构代码，默认类型所列的第一个',
      'issuer, by default the first that the type names',
    ),
    'issuer-name': option(
      'NAME',
      '颁发机构名称，默认取自目录',
      "issuer's name, by default from the catalogue",
    ),
    count: option('N', '行数', 'number of rows'),
    seed: option(
      'TEXT',
      '种子，默认 1；同一种子得同样的数据',
      'seed, 1 by default; the same seed gives the same rows',
    ),
    broken: option(
      'SHARE',
      '故意写坏的行所占比例，0 至 1，默认 0',
      'share of rows broken on purpose, 0 by default',
    ),
    format: option('csv|jsonl', '格式，默认 csv', 'format, csv by default'),
    out: option('FILE', '输出文件，默认标准输出', 'file, standard output by default'),
    ...connectionOptions,
  },
  notes: [
    [
      '人名、单位、地址均为虚构，校验位有效。',
      'People, companies and addresses are invented; check digits are valid.',
    ],
  ],
  examples: [
    'lz generate stock --type 11440100YH00010374001 --count 2000 --broken 0.01 --out stock.csv --node 440100',
    'lz generate stock --type-file type.json --issuer 11440100YH00010374 --count 1000000 --format jsonl --out stock.jsonl',
  ],
  async run(invocation) {
    const { flags, io } = invocation;
    flags.require('count');
    const count = flags.whole('count', 1)!;
    const format = flags.text('format') ?? 'csv';
    if (format !== 'csv' && format !== 'jsonl')
      throw new WrongUse(`--format 应为 / must be csv or jsonl: ${format}`);
    const brokenShare = share(flags.text('broken') ?? '0');
    const { type, issuer } = await typeAndIssuer(invocation);
    const stock = stockType(type);
    const rows = generateStock({ type: stock, issuer, count, seed: flags.text('seed') ?? '1', brokenShare });

    const out = flags.text('out') ?? '-';
    const progress = startProgress(io, { label: '生成 generate', unit: '行 rows', total: count });
    const counting = countedRows(rows, (done) => progress.update(done));
    const text = format === 'csv' ? toCsv(stockColumns(stock), counting) : toJsonLines(counting);
    try {
      await pipeline(Readable.from(batches(text)), out === '-' ? io.stdout : createWriteStream(out), {
        end: out !== '-',
      });
    } catch (error) {
      if (error instanceof RangeError) throw new WrongUse(`生成不了 / cannot be generated: ${error.message}`);
      throw error;
    }
    if (out !== '-') progress.end();
    return 0;
  },
};

function share(text: string): number {
  const value = Number(text);
  if (/^[0-9.]+$/.test(text) && value >= 0 && value <= 1) return value;
  throw new WrongUse(`--broken 应为 0 至 1 的数 / must be a number from 0 to 1: ${text}`);
}

function* countedRows(rows: Iterable<StockRow>, told: (done: number) => void): Generator<StockRow> {
  for (const row of rows) {
    yield row;
    told(row.index + 1);
  }
}

const BATCH_CHARACTERS = 64 << 10;

/** One write for many rows. */
function* batches(lines: Iterable<string>): Generator<string> {
  let batch = '';
  for (const line of lines) {
    batch += line;
    if (batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    batch = '';
  }
  if (batch) yield batch;
}

type TypeAndIssuer = { type: LicenceType; issuer: { code: string; name: string } };

async function typeAndIssuer(invocation: Invocation): Promise<TypeAndIssuer> {
  const { flags, io } = invocation;
  const file = flags.text('type-file');
  if (file !== undefined) {
    const name = 'lianzheng.catalog.v1.LicenceType';
    const type = await readMessage(name, LicenceType, await readJsonObject(io, file));
    const code = issuerCode(flags.text('issuer'), type);
    return { type, issuer: { code, name: flags.text('issuer-name') ?? type.definingAuthorityName } };
  }
  flags.require('type');
  return withSession(invocation, { role: 'issuing' }, async (session) => {
    const type = await licenceType(session, flags.text('type')!);
    const code = issuerCode(flags.text('issuer'), type);
    return {
      type,
      issuer: { code, name: flags.text('issuer-name') ?? (await departmentName(session, code)) },
    };
  });
}

function issuerCode(given: string | undefined, type: LicenceType): string {
  const code = given ?? type.issuingDepartmentCodes[0];
  if (code) return code;
  throw new WrongUse('类型没有限定颁发机构，请给 --issuer / the type names no issuer: give --issuer');
}

async function licenceType(session: Session, key: string): Promise<LicenceType> {
  const { object } = await getObject(session, ObjectKind.LICENCE_TYPE, key);
  if (object?.object?.$case === 'licenceType') return object.object.value;
  throw new CheckFailed(`目录里没有证照类型 ${key} / not in the catalogue`);
}

async function departmentName(session: Session, key: string): Promise<string> {
  const { object } = await getObject(session, ObjectKind.DEPARTMENT, key);
  return object?.object?.$case === 'department' ? object.object.value.name : key;
}

function getObject(session: Session, kind: ObjectKind, key: string) {
  return session.client('catalog', CatalogServiceService).getObject({ kind, key, version: 0 }, session.call);
}
