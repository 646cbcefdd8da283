import type { Command } from '../command.ts';
import { CheckFailed } from '../failure.ts';
import { print, printJson } from '../io.ts';
import { logArguments } from '../log/arguments.ts';
import { counted } from '../log/counted.ts';
import { writeFolder } from '../log/folder.ts';
import { keyBookFor, keysOption } from '../log/key-book.ts';
import { logName, snapshotOf } from '../log/node-source.ts';
import { connectionOptions, flag } from '../options.ts';
import { grouped, startProgress } from '../progress.ts';
import { withSession } from '../session.ts';

export const logExport: Command = {
  positionals: [
    ...logArguments,
    { name: 'DIR', words: ['空文件夹，或尚不存在', 'an empty folder, or none yet'] },
  ],
  options: { json: flag('输出 JSON', 'print JSON'), ...keysOption, ...connectionOptions },
  notes: [
    [
      '布局为 C2SP tlog-tiles：checkpoint、tile/<层>/…、tile/entries/…；另有 checkpoints.jsonl（全部保留的检查点）、keys.json、keys.txt（C2SP 公钥）。',
      'The layout is C2SP tlog-tiles; beside it every kept checkpoint (checkpoints.jsonl) and the keys (keys.json, keys.txt).',
    ],
    [
      '持证主体的索引不导出。导出后请用 lz log check DIR 核查。',
      'Holder indices are not exported. Check with lz log check DIR.',
    ],
  ],
  examples: ['lz log export 440100 status /backup/440100-status'],
  async run(invocation) {
    const { flags, io } = invocation;
    const owner = flags.argument('NODE');
    const log = logName(owner, flags.argument('LOG'));
    const dir = flags.argument('DIR');
    return withSession(invocation, { role: 'operator', node: owner }, async (session) => {
      const keys = (await keyBookFor(flags, io, session)).keysOf(log.node, log.log);
      if (keys.length === 0)
        throw new CheckFailed(`没有 ${log.node}/${log.log} 的公钥 / no key of this log is known`);
      const progress = startProgress(io, { label: '导出 export', unit: '条 entries' });
      const { size, files } = await writeFolder(dir, counted(snapshotOf(session, log), progress), keys);
      progress.end();
      if (flags.on('json')) printJson(io, { dir, size, files });
      else print(io, `已导出 ${grouped(size)} 条、${grouped(files)} 个文件到 ${dir} / exported`);
      return 0;
    });
  },
};
