import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { batchesOf } from '../src/imports/batches.ts';
import type { SourceRow } from '../src/imports/row.ts';
import { inspectStock, readStock, type StockFormat } from '../src/imports/stock-file.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-cli-'));
});
after(() => rm(dir, { recursive: true }));

async function rowsOf(content: string | Buffer, format: StockFormat = 'csv'): Promise<SourceRow[]> {
  const path = join(dir, `stock.${format}`);
  await writeFile(path, content);
  const file = await inspectStock(path, format, () => {});
  assert.deepEqual(file.digest, createHash('sha256').update(content).digest());
  const rows: SourceRow[] = [];
  for await (const row of readStock(file)) rows.push(row);
  assert.equal(rows.length, file.rows);
  return rows;
}

const plain = ({ line, values, faults }: SourceRow) => [
  line,
  { ...values },
  faults.map(({ column }) => column),
];

test('CSV rows know the line where they begin, whatever stands in the cells', async () => {
  const text = '\ufeffZZLXDM,ZZBH,KZ_a\r\nt,1,"x\r\ny, ""z"""\r\n\r\nt,2,\r\nt,3,𠮷田\n';
  assert.deepEqual((await rowsOf(text)).map(plain), [
    [2, { ZZLXDM: 't', ZZBH: '1', KZ_a: 'x\r\ny, "z"' }, []],
    [5, { ZZLXDM: 't', ZZBH: '2' }, []],
    [6, { ZZLXDM: 't', ZZBH: '3', KZ_a: '𠮷田' }, []],
  ]);
});

test('a CSV row that cannot be read is that row’s fault, and is sent without values', async () => {
  const rows = await rowsOf('ZZLXDM,ZZBH\nt,1\nt,2,3\nt\nt,\u0000\n');
  assert.deepEqual(rows.map(plain), [
    [2, { ZZLXDM: 't', ZZBH: '1' }, []],
    [3, {}, ['']],
    [4, {}, ['']],
    [5, {}, ['ZZBH']],
  ]);
  assert.match(rows[1]!.faults[0]!.reason, /应有 2 列，实有 3 列/);
});

test('JSON Lines rows', async () => {
  const lines = [
    '{"ZZBH":"1","CZZT":["甲","乙"],"KZ_a":null,"KZ_b":""}',
    '{"ZZBH":',
    '',
    '[1]',
    '{"ZZBH":5,"KZ_a":"ok"}',
    '{"CZZT":["a^b"]}',
    '{"ZZBH":"\\u0000"}',
    '{"ZZBH":"\\ud800"}',
    '{"__proto__":"x"}',
  ];
  assert.deepEqual((await rowsOf(lines.join('\n'), 'jsonl')).map(plain), [
    [1, { ZZBH: '1', CZZT: '甲^乙' }, []],
    [2, {}, ['']],
    [4, {}, ['']],
    [5, {}, ['ZZBH']],
    [6, {}, ['CZZT']],
    [7, {}, ['ZZBH']],
    [8, {}, ['ZZBH']],
    [9, Object.fromEntries([['__proto__', 'x']]), []],
  ]);
});

test('a row that is too long is refused without being kept', async () => {
  const long = 'x'.repeat(3 << 20);
  const rows = await rowsOf(`{"ZZBH":"${long}"}\n{"ZZBH":"2"}\n`, 'jsonl');
  assert.deepEqual(rows.map(plain), [
    [1, {}, ['']],
    [2, { ZZBH: '2' }, []],
  ]);
  await assert.rejects(rowsOf(`ZZLXDM,ZZBH\nt,"${long}\nt,2\n`), /第 2 行：一行超过 1 MiB/);
});

test('UTF-8 is checked across chunks, and the line told', async () => {
  const line = `t,${'证'.repeat(50)}\n`;
  const text = `ZZLXDM,ZZBH\n${line.repeat(9_000)}`;
  assert.equal((await rowsOf(text)).length, 9_000);
  const bytes = Buffer.from(text);
  for (const broken of [8_997, 2_000]) {
    const at = 12 + (broken - 2) * Buffer.byteLength(line) + 30;
    const changed = Buffer.from(bytes);
    changed[at] = 0xff;
    await assert.rejects(rowsOf(changed), new RegExp(`第 ${broken} 行不是 UTF-8`));
  }
  await assert.rejects(rowsOf(bytes.subarray(0, bytes.length - 3)), /第 9001 行不是 UTF-8/);
});

test('any text is read back from CSV', async () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\u0000'));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (cells) => {
      const csv = ['ZZLXDM,ZZBH', ...cells.map((row) => row.map(quoted).join(','))].join('\n');
      const rows = await rowsOf(csv);
      const read = rows.map(({ values }) => [values.ZZLXDM ?? '', values.ZZBH ?? '']);
      assert.deepEqual(read, cells);
    }),
    { numRuns: 100 },
  );
});

test('a file that changes between the two readings is noticed', async () => {
  const path = join(dir, 'changing.csv');
  await writeFile(path, 'ZZLXDM,ZZBH\nt,1\n');
  const file = await inspectStock(path, 'csv', () => {});
  await writeFile(path, 'ZZLXDM,ZZBH\nt,2\n');
  await assert.rejects(async () => {
    for await (const _ of readStock(file));
  }, /被改动/);
});

test('batches are whole, in order, and within what one call takes', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.nat(40), async (sizes, from) => {
      async function* rows(): AsyncGenerator<SourceRow> {
        for (const [i, size] of sizes.entries())
          yield { line: i + 2, values: { a: 'x'.repeat(size) }, faults: [] };
      }
      let next = Math.min(from, sizes.length);
      for await (const { firstRow, rows: batch } of batchesOf(rows(), from)) {
        assert.equal(firstRow, next);
        assert.ok(batch.length <= 1_000);
        assert.ok(batch.reduce((sum, { values }) => sum + values.a!.length, 0) <= 3 << 20);
        next += batch.length;
      }
      assert.equal(next, sizes.length);
    }),
    { numRuns: 30 },
  );
});
