import {
  FinishImportResponse,
  type ImportJob,
  IssuanceServiceService,
  StartImportRequest,
} from '@lianzheng/proto/issuance/v1/issuance';
import type { Command, ExitCode, Invocation } from '../command.ts';
import { CheckFailed } from '../failure.ts';
import { batchesOf } from '../imports/batches.ts';
import { type Journal, openJournal } from '../imports/journal.ts';
import { failedRows, sendBatches } from '../imports/send.ts';
import { formatOf, inspectStock, readStock, type StockFile } from '../imports/stock-file.ts';
import { type Io, print, printJson, tell } from '../io.ts';
import type { IssuanceClient } from '../licence-command.ts';
import { headerDefaults } from '../licence-flags.ts';
import { readMessage } from '../message.ts';
import { connectionOptions, headerOptions, jsonOption, option } from '../options.ts';
import { grouped, startProgress } from '../progress.ts';
import { type Session, withSession } from '../session.ts';

const DEFAULT_PATIENCE_S = 60;

export const importStock: Command = {
  positionals: [
    {
      name: 'FILE',
      words: ['存量证照文件：CSV，或 .jsonl 的 JSON Lines', 'paper stock: CSV, or JSON Lines in .jsonl'],
    },
  ],
  options: {
    format: option('csv|jsonl', '格式，默认看文件名', "format, by default from the file's name"),
    result: option('FILE', '结果文件，默认 <FILE>.result.csv', 'result file'),
    patience: option(
      'SECONDS',
      `连不上时重试的秒数，默认 ${DEFAULT_PATIENCE_S}`,
      'how long to try again when nobody answers',
    ),
    case: headerOptions.case!,
    officer: headerOptions.officer!,
    'request-id': option(
      'ID',
      '导入任务编号，默认由文件内容得出',
      'names the job; by default made from the content of the file',
    ),
    ...jsonOption,
    ...connectionOptions,
  },
  notes: [
    [
      'UTF-8（可带 BOM）；列名用 GB/T 36903 短名与 KZ_<照面项>；多个持证主体用 ^ 连接，JSON Lines 用数组。',
      'UTF-8, with or without BOM; short names of GB/T 36903 and KZ_<item>; several holders joined by ^, arrays in JSON Lines.',
    ],
    [
      '合格的行当即颁发；不合格的行连同行号、列、原因写入结果文件，退出码为 1。',
      'Good rows are issued; failed ones stand in the result file with line, column and reason, and the exit code is 1.',
    ],
    [
      '中断后再运行同一命令即从中断处继续；同一文件导入两次不会改变什么。',
      'Run again after an interruption, it goes on where it stood; the same file twice changes nothing.',
    ],
  ],
  examples: ['lz import stock.csv --node 440100 --case 2026-存量-01 --officer w.li'],
  async run(invocation) {
    const { flags, io } = invocation;
    flags.require('case', 'officer');
    const path = flags.argument('FILE');
    const file = await inspected(io, path, formatOf(path, flags.text('format')));
    return withSession(invocation, { role: 'issuing', department: file.issuer }, async (session) => {
      const client = session.client('issuance', IssuanceServiceService);
      const { job } = await client.startImport(await startRequest(invocation, file), session.call);
      if (!job) throw new CheckFailed('节点没有给出导入任务 / the node gave no job');
      const resultFile = flags.text('result') ?? `${path}.result.csv`;
      if (job.finished) {
        tell(io, '此文件已导入过，没有改变什么 / imported before: nothing was changed');
        return summary(invocation, job, resultFile);
      }
      const finished = await taken(invocation, session, client, job, file, resultFile);
      return summary(invocation, finished, resultFile);
    });
  },
};

async function inspected(io: Io, path: string, format: StockFile['format']): Promise<StockFile> {
  const progress = startProgress(io, { label: '检查 check', unit: '行 rows' });
  const file = await inspectStock(path, format, progress.update);
  progress.end();
  return file;
}

function startRequest({ flags, io }: Invocation, { digest, rows }: StockFile): Promise<StartImportRequest> {
  return readMessage('lianzheng.issuance.v1.StartImportRequest', StartImportRequest, {
    header: {
      ...headerDefaults(io),
      requestId: flags.text('request-id') ?? `import-${digest.toString('hex').slice(0, 40)}`,
      caseNumber: flags.text('case'),
      officer: flags.text('officer'),
    },
    fileDigest: digest.toString('base64'),
    totalRows: String(rows),
  });
}

/** Sends all that was not answered yet and closes the job. */
async function taken(
  { flags, io }: Invocation,
  session: Session,
  client: IssuanceClient,
  job: ImportJob,
  file: StockFile,
  resultFile: string,
): Promise<ImportJob> {
  const rowsTaken = Number(job.rowsTaken);
  const journal = await openJournal(`${resultFile}.part`, job.jobId, rowsTaken);
  // Without the journal, what failed before is asked again: rows that were taken answer as before.
  const from = journal.rows > 0 || job.failed > 0n ? journal.rows : rowsTaken;
  if (from > 0) tell(io, `从第 ${grouped(from + 1)} 行继续 / goes on at row ${grouped(from + 1)}`);
  const patienceMs = 1000 * (flags.whole('patience') ?? DEFAULT_PATIENCE_S);
  const batches = batchesOf(readStock(file), from);
  let rows = from;
  try {
    const progress = startProgress(io, {
      label: '导入 import',
      unit: '行 rows',
      total: file.rows,
      started: from,
    });
    for await (const answered of sendBatches(client, session, job.jobId, batches, patienceMs)) {
      rows = answered.batch.firstRow + answered.batch.rows.length;
      await journal.append(rows, failedRows(answered));
      progress.update(rows);
    }
    progress.end();
  } catch (error) {
    await journal.close();
    tell(
      io,
      `\n已导入到第 ${grouped(rows)} 行；再运行同一命令即继续 / taken up to row ${grouped(rows)}; run it again to go on`,
    );
    throw error;
  }
  return finish(client, session, job, journal, resultFile);
}

/** The result file is whole before the job is closed: a finished job always has one. */
async function finish(
  client: IssuanceClient,
  session: Session,
  { jobId }: ImportJob,
  journal: Journal,
  resultFile: string,
): Promise<ImportJob> {
  await journal.finish(resultFile);
  const { job } = await client.finishImport({ jobId }, session.call);
  if (!job) throw new CheckFailed('节点没有确认结束 / the node did not say that it is finished');
  return job;
}

function summary({ flags, io }: Invocation, job: ImportJob, resultFile: string): ExitCode {
  const { rowsTaken, issued, unchanged, failed } = job;
  if (flags.on('json')) printJson(io, FinishImportResponse.toJSON({ job }));
  else {
    print(io, `共 ${grouped(rowsTaken)} 行 rows`);
    print(io, `  颁发 issued      ${grouped(issued)}`);
    print(io, `  未变 unchanged   ${grouped(unchanged)}`);
    print(io, `  失败 failed      ${grouped(failed)}`);
  }
  if (failed > 0n) tell(io, `失败的行与原因 / failed rows and why: ${resultFile}`);
  return failed === 0n ? 0 : 1;
}
