import { stat } from 'node:fs/promises';
import type { Command, ExitCode, Invocation } from '../command.ts';
import { WrongUse } from '../failure.ts';
import { print, printJson, tell } from '../io.ts';
import { createLogCheck, type LogCheck, type LogReport } from '../log/check.ts';
import type { LogChunk } from '../log/chunk.ts';
import { readFolder, withTilesChecked } from '../log/folder.ts';
import { bookOf, type KeyBook, keyBookFor, keysOption, offlineKeyBook } from '../log/key-book.ts';
import { logName, snapshotOf } from '../log/node-source.ts';
import { reportJson, reportLines } from '../log/report.ts';
import { connectionOptions, flag } from '../options.ts';
import { startProgress } from '../progress.ts';
import { withSession } from '../session.ts';
import { openSnapshotFile } from '../snapshot/file.ts';

export const logCheck: Command = {
  positionals: [
    {
      name: 'NODE|PATH',
      words: [
        '日志所属节点；或导出的文件夹、快照文件（不需要节点）',
        "the log's owner; or an exported folder or snapshot file, without any node",
      ],
    },
    { name: 'LOG', words: ['日志：status、catalog 或 access', 'status, catalog or access'], optional: true },
  ],
  options: { json: flag('输出 JSON 报告', 'print the report as JSON'), ...keysOption, ...connectionOptions },
  notes: [
    [
      '下载整个日志，重算根，验证每个保留的检查点：签名、根、时间不倒退、前后相接；并核对持证主体索引的承诺。',
      'Downloads the whole log, recomputes the root and checks every kept checkpoint: signature, root, time, chain; and the holders.',
    ],
    [
      '核查文件夹或快照时请用 --keys 给出公钥；不给则用文件夹自带的，只能查出损坏，查不出伪造。',
      'For a folder or snapshot give --keys; with those of the folder itself damage is found, forgery is not.',
    ],
    [
      'trust.json 只含省级与入网时已登记节点的公钥；其他节点的公钥可用 lz log export … --keys trust.json 由省级目录验证后导出（keys.json）。',
      'trust.json has the keys of the province and of nodes known at enrolment; others are exported, verified, by lz log export … --keys trust.json.',
    ],
  ],
  examples: [
    'lz log check 440100 status --node 440300',
    'lz log check /backup/440100-status --keys trust.json',
  ],
  async run(invocation) {
    const { flags } = invocation;
    const [place, log] = [flags.argument('NODE|PATH'), flags.argument('LOG')];
    if (log) return checkNode(invocation, place, log);
    const found = await stat(place);
    return found.isDirectory() ? checkFolder(invocation, place) : checkSnapshot(invocation, place);
  },
};

function checkNode(invocation: Invocation, owner: string, logText: string): Promise<ExitCode> {
  const log = logName(owner, logText);
  return withSession(invocation, { role: 'operator', node: owner }, async (session) => {
    const keys = await keyBookFor(invocation.flags, invocation.io, session);
    // Entries of the access log have nothing beside them.
    const check = createLogCheck(log, keys, { withSides: log.log === 'status' });
    return run(invocation, snapshotOf(session, log), check, keys);
  });
}

async function checkFolder(invocation: Invocation, dir: string): Promise<ExitCode> {
  const folder = await readFolder(dir);
  const keys = await offlineKeys(invocation, bookOf(folder.keys, `${dir}/keys.json`));
  const tileFaults: string[] = [];
  const check = createLogCheck(folder.log, keys, { withSides: false, chained: folder.chained });
  return run(invocation, withTilesChecked(dir, folder.chunks(), tileFaults), check, keys, tileFaults);
}

async function checkSnapshot(invocation: Invocation, file: string): Promise<ExitCode> {
  const snapshot = await openSnapshotFile(file);
  try {
    const keys = await offlineKeys(invocation, bookOf([], ''));
    const { log } = snapshot.header;
    const check = createLogCheck(log, keys, { withSides: log.log === 'status' });
    return await run(invocation, snapshot.chunks(), check, keys);
  } finally {
    await snapshot.close();
  }
}

async function offlineKeys({ flags, io }: Invocation, own: KeyBook): Promise<KeyBook> {
  const file = flags.text('keys');
  if (file !== undefined) return offlineKeyBook(io, file);
  if (own.witnesses().length > 0 || own.source) {
    tell(
      io,
      `注意：公钥来自被核查者自身（${own.source}） / mind: the keys come from what is checked; give --keys`,
    );
    return own;
  }
  throw new WrongUse('请用 --keys 给出公钥 / give the keys with --keys');
}

async function run(
  { flags, io }: Invocation,
  chunks: AsyncIterable<LogChunk>,
  check: LogCheck,
  keys: KeyBook,
  tileFaults: readonly string[] = [],
): Promise<ExitCode> {
  const progress = startProgress(io, { label: '核查 check', unit: '条 entries' });
  let done = 0;
  for await (const chunk of chunks) {
    check.take(chunk);
    done += chunk.entries.length;
    progress.update(done, chunk.total);
  }
  progress.end();
  const report = withMore(check.finish(), tileFaults);
  if (flags.on('json')) printJson(io, reportJson(report, keys));
  else for (const line of reportLines(report, keys)) print(io, line);
  return report.faultCount === 0 ? 0 : 1;
}

function withMore(report: LogReport, faults: readonly string[]): LogReport {
  return {
    ...report,
    faults: [...report.faults, ...faults].slice(0, 20),
    faultCount: report.faultCount + faults.length,
  };
}
