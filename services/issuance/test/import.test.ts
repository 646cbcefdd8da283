import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { versionOf } from '@lianzheng/licence';
import {
  ImportOutcome,
  type ImportRow,
  type ImportRowsResponse,
  type LicenceData,
} from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { generateStock, type StockType } from '@lianzheng/stock';
import { type Client, createMesh, FOOD, header, MARKET, TALENT } from './harness.ts';
import { refused } from './refused.ts';

const parts = new AsyncDisposableStack();
let mesh: Awaited<ReturnType<typeof createMesh>>;
let market: Client;
let exchange: Client;
let type: StockType;
before(async () => {
  mesh = await createMesh(parts);
  market = await mesh.as(MARKET);
  exchange = await mesh.as('exchange');
  const folder = new URL('../../../deploy/catalogue/nodes/440000/types/', import.meta.url);
  type = JSON.parse(await readFile(new URL('food-business-licence.json', folder), 'utf8'));
});
after(() => parts.disposeAsync());

const { ISSUED, UNCHANGED, FAILED } = ImportOutcome;
const digestOf = (text: string) => createHash('sha256').update(text).digest();

async function startJob(requestId: string = randomUUID(), file = 'file'): Promise<string> {
  const request = { header: header(mesh.clock, { requestId }), fileDigest: digestOf(file), totalRows: 0n };
  return (await market.startImport(request)).job!.jobId;
}

function stock(count: number, seed: string, brokenShare = 0) {
  const issuer = { code: MARKET, name: '海岑市市场监督管理局' };
  return [
    ...generateStock({ type, issuer, count, seed, brokenShare, optionalColumns: ['YSLSH', 'BBH'] }),
  ].map(({ index, values, broken }) => ({
    broken,
    row: {
      line: BigInt(index + 2),
      values: Object.fromEntries(
        Object.entries(values).map(([column, value]) => [
          column,
          // NUL never reaches the service: protobuf text with it is refused as a whole.
          (typeof value === 'string' ? value : value.join('^')).replace('\u0000', '\u0007'),
        ]),
      ),
    } satisfies ImportRow,
  }));
}
const rowsOf = (count: number, seed: string) => stock(count, seed).map(({ row }) => row);
const send = (jobId: string, firstRow: number, rows: ImportRow[]) =>
  market.importRows({ jobId, firstRow: BigInt(firstRow), rows }, { deadlineMs: 30_000 });
const outcomes = ({ results }: ImportRowsResponse) => results.map(({ outcome }) => outcome);

test('good rows are issued, every fault of the others is told', async () => {
  const generated = stock(200, 'mixed', 0.2);
  const jobId = await startJob();
  const answer = await send(
    jobId,
    0,
    generated.map(({ row }) => row),
  );
  for (const [n, { broken, row }] of generated.entries()) {
    const result = answer.results[n]!;
    assert.equal(result.line, row.line);
    assert.equal(
      result.outcome,
      broken === undefined ? ISSUED : FAILED,
      JSON.stringify([broken, result.errors]),
    );
    assert.equal(result.errors.length > 0, broken !== undefined);
  }
  const broken = generated.filter((one) => one.broken !== undefined).length;
  assert.ok(broken > 10);
  assert.deepEqual(
    [answer.job!.rowsTaken, answer.job!.issued, answer.job!.unchanged, answer.job!.failed],
    [200n, BigInt(200 - broken), 0n, BigInt(broken)],
  );
  const issued = answer.results.find(({ outcome }) => outcome === ISSUED)!;
  const { licence } = await market.getLicence({
    identifier: issued.identifier,
    caseNumber: '1',
    officer: 'li',
  });
  const source = generated.find(({ row }) => row.line === issued.line)!.row.values;
  assert.equal(licence!.data!.licenceNumber, source.ZZBH);
  assert.equal(licence!.data!.holders[0]!.name, source.CZZT);
  assert.equal(licence!.data!.printedForms[0]!.formNumber, source.YSLSH);
  const { histories } = await exchange.getStatuses({ identifiers: [issued.identifier] });
  const { body } = histories[0]!.records[0]!;
  assert.equal(body!.effectiveAt!.toISOString(), new Date(`${source.ZZBFRQ}T00:00:00+08:00`).toISOString());
});

test('the same file twice changes nothing', async () => {
  const rows = rowsOf(60, 'twice');
  const first = await send(await startJob(), 0, rows);
  const second = await send(await startJob(), 0, rows);
  assert.deepEqual(new Set(outcomes(second)), new Set([UNCHANGED]));
  assert.deepEqual(
    second.results.map(({ identifier }) => identifier),
    first.results.map(({ identifier }) => identifier),
  );
  const changed = rows.map((row) => ({ ...row, values: { ...row.values, CZZT: '另一家公司' } }));
  const third = await send(await startJob(), 0, changed);
  assert.deepEqual(new Set(outcomes(third)), new Set([FAILED]));
});

test('a job goes on where it stood; rows taken before answer as before', async () => {
  const rows = rowsOf(90, 'resumed');
  const requestId = randomUUID();
  const jobId = await startJob(requestId);
  const first = await send(jobId, 0, rows.slice(0, 40));
  assert.equal(await startJob(requestId), jobId);
  assert.deepEqual((await send(jobId, 0, rows.slice(0, 40))).results, first.results);
  assert.deepEqual((await send(jobId, 10, rows.slice(10, 20))).results, first.results.slice(10, 20));
  const overlapping = await send(jobId, 30, rows.slice(30));
  assert.deepEqual(overlapping.results.slice(0, 10), first.results.slice(30));
  assert.deepEqual(new Set(outcomes(overlapping)), new Set([ISSUED]));
  assert.equal(overlapping.job!.rowsTaken, 90n);
  assert.equal(overlapping.job!.issued, 90n);
  await assert.rejects(
    send(jobId, 91, rows.slice(0, 1)),
    refused('OUT_OF_RANGE', 'ROWS_MISSING', { facts: { rows_taken: '90' } }),
  );
  const finished = await market.finishImport({ jobId });
  assert.equal(finished.job!.finished, true);
  assert.deepEqual((await market.finishImport({ jobId })).job, finished.job);
  assert.deepEqual((await send(jobId, 80, rows.slice(80))).results, overlapping.results.slice(50));
  await assert.rejects(send(jobId, 90, rowsOf(1, 'late')), refused('FAILED_PRECONDITION', 'JOB_FINISHED'));
});

test('a batch that overtakes the one before it waits for it, and is decided as if it had come later', async () => {
  const rows = rowsOf(120, 'overtaking');
  const [row] = rowsOf(1, 'overtaking versions');
  const version = (number: string): ImportRow => ({
    line: 200n,
    values: { ...row!.values, BBH: number, CZZT: `公司${number}` },
  });
  const before = [...rows.slice(0, 60), version('003')];
  const after = [version('002'), version('003'), ...rows.slice(60), rows[0]!];
  const jobId = await startJob();
  const [first, second] = await Promise.all([send(jobId, 0, before), send(jobId, 61, after)]);
  assert.deepEqual(new Set(outcomes(first)), new Set([ISSUED]));
  assert.deepEqual(outcomes(second), [FAILED, UNCHANGED, ...Array(60).fill(ISSUED), UNCHANGED]);
  assert.equal(second.results.at(-1)!.identifier, first.results[0]!.identifier);
  assert.equal(second.job!.rowsTaken, 124n);
  // Nobody brings rows 124 to 129: there is nothing to wait for.
  await assert.rejects(send(jobId, 130, rows), refused('OUT_OF_RANGE', 'ROWS_MISSING'));
});

test('a finished job is forgotten after 90 days with what its batches were answered', async () => {
  const rows = rowsOf(3, 'forgotten');
  const requestId = randomUUID();
  const [finished, open] = [await startJob(requestId), await startJob()];
  await send(finished, 0, rows);
  await send(open, 0, rows);
  await market.finishImport({ jobId: finished });
  const { sweepJobs } = await import('../src/store/import-jobs.ts');
  const sweep = (before: Date) => mesh.database.tx((tx) => sweepJobs(tx, before, 1_000));
  assert.equal(await sweep(new Date(mesh.clock.nowMs() - 1_000)), 0);
  assert.ok((await sweep(new Date(mesh.clock.nowMs() + 1_000))) > 0);
  await assert.rejects(send(finished, 0, rows), refused('NOT_FOUND', 'JOB_NOT_FOUND'));
  assert.equal((await send(open, 0, rows)).job!.issued + (await send(open, 0, rows)).job!.unchanged, 3n);
});

test('the same batch from two senders at once is taken once', async () => {
  const rows = rowsOf(50, 'raced');
  const jobId = await startJob();
  const [one, two] = await Promise.all([send(jobId, 0, rows), send(jobId, 0, rows)]);
  assert.deepEqual(one.results, two.results);
  assert.equal(two.job!.issued, 50n);
});

test('versions of one licence in one batch follow one another', async () => {
  const [row] = rowsOf(1, 'versions');
  const at = (version: string, changes: Record<string, string>, line: bigint): ImportRow => ({
    line,
    values: { ...row!.values, BBH: version, ...changes },
  });
  const { results } = await send(await startJob(), 0, [
    at('001', {}, 2n),
    at('001', {}, 3n),
    at('003', { CZZT: '后来的公司' }, 4n),
    at('002', {}, 5n),
    at('003', { CZZT: '后来的公司' }, 6n),
  ]);
  assert.deepEqual(outcomes({ results, job: undefined }), [ISSUED, UNCHANGED, ISSUED, FAILED, UNCHANGED]);
  assert.deepEqual(
    results.map(({ identifier }) => (identifier ? versionOf(identifier) : 0)),
    [1, 1, 3, 0, 3],
  );
  assert.equal(results[3]!.errors[0]!.column, 'BBH');
  const { histories } = await exchange.getStatuses({ identifiers: [results[2]!.identifier] });
  assert.deepEqual(
    histories[0]!.records.map(({ body }) => [body!.revision, body!.operation]),
    [
      [1, Operation.ISSUE],
      [2, Operation.RENEW],
    ],
  );
});

test('counter and import meet on the same number: one licence', async () => {
  const rows = rowsOf(30, 'met');
  const jobId = await startJob();
  const dataOf = ({ values }: ImportRow): LicenceData => ({
    typeCode: FOOD,
    licenceNumber: values.ZZBH!,
    issuedOn: values.ZZBFRQ!,
    validFrom: values.ZZYXQQSRQ!,
    validTo: values.ZZYXQJZRQ!,
    holders: [{ name: values.CZZT!, codeKind: values.CZZTDMLXDM!, code: values.CZZTDM! }],
    items: Object.fromEntries(
      Object.entries(values).flatMap(([column, value]) =>
        column.startsWith('KZ_') && value !== '' ? [[column.slice(3), value]] : [],
      ),
    ),
    printedForms: [{ form: 'ORIGINAL', formNumber: values.YSLSH! }],
  });
  const [imported, ...counter] = await Promise.allSettled([
    send(jobId, 0, rows),
    ...rows.slice(0, 10).map((row) => market.issueLicence({ header: header(mesh.clock), data: dataOf(row) })),
  ]);
  assert.equal(imported.status, 'fulfilled');
  for (const [n, result] of imported.value.results.entries()) {
    const atCounter = counter[n];
    if (atCounter?.status === 'fulfilled') {
      assert.equal(result.outcome, UNCHANGED);
      assert.equal(result.identifier, atCounter.value.licence!.identifier);
    } else {
      assert.equal(result.outcome, ISSUED);
      if (atCounter) refused('ALREADY_EXISTS')(atCounter.reason);
    }
  }
});

test('whose job, which file, what rows', async () => {
  const requestId = randomUUID();
  const jobId = await startJob(requestId);
  await assert.rejects(startJob(requestId, 'another file'), refused('ALREADY_EXISTS', 'REQUEST_ID_REUSED'));
  const talent = await mesh.as(TALENT);
  await assert.rejects(
    talent.importRows({ jobId, firstRow: 0n, rows: rowsOf(1, 'other') }),
    refused('PERMISSION_DENIED', 'NOT_OWN_JOB'),
  );
  await assert.rejects(send('no-such-job', 0, rowsOf(1, 'x')), refused('NOT_FOUND', 'JOB_NOT_FOUND'));
  await assert.rejects(send(jobId, 0, []), refused('INVALID_ARGUMENT', undefined, { field: 'rows' }));
  await assert.rejects(
    market.startImport({ header: header(mesh.clock), fileDigest: Buffer.alloc(3), totalRows: 0n }),
    refused('INVALID_ARGUMENT', undefined, { field: 'file_digest' }),
  );
});
