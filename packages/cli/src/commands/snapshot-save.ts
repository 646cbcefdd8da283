import type { Command } from '../command.ts';
import { print, printJson } from '../io.ts';
import { logArguments } from '../log/arguments.ts';
import { counted } from '../log/counted.ts';
import { logClient, logName, snapshotOf } from '../log/node-source.ts';
import { connectionOptions, flag } from '../options.ts';
import { grouped, startProgress } from '../progress.ts';
import { withSession } from '../session.ts';
import { writeSnapshot } from '../snapshot/file.ts';

export const snapshotSave: Command = {
  positionals: [...logArguments, { name: 'FILE', words: ['快照文件', 'the snapshot file'] }],
  options: { json: flag('输出 JSON', 'print JSON'), ...connectionOptions },
  notes: [
    [
      '快照含全部条目、持证主体索引与保留的检查点，压缩并带校验和；可用 lz snapshot load 交给别的节点，或用 lz log check 核查。',
      'A snapshot has all entries, holder indices and kept checkpoints, compressed, with checksums.',
    ],
    ['索引不是公开信息，请妥善保管文件。', 'Holder indices are not public: keep the file safe.'],
  ],
  examples: ['lz snapshot save 440100 status 440100-status.lzsnap --node 440000'],
  async run(invocation) {
    const { flags, io } = invocation;
    const owner = flags.argument('NODE');
    const asked = logName(owner, flags.argument('LOG'));
    const file = flags.argument('FILE');
    return withSession(invocation, { role: 'operator', node: owner }, async (session) => {
      // The generation is fixed here, so that one file holds one log.
      const { log = asked } = await logClient(session, asked).getHead({ log: asked }, session.call);
      const header = { log, from: session.node, madeAt: io.now().toISOString() };
      const progress = startProgress(io, { label: '下载 save', unit: '条 entries' });
      const { size, bytes } = await writeSnapshot(file, header, counted(snapshotOf(session, log), progress));
      progress.end();
      if (flags.on('json')) printJson(io, { file, log, size, bytes });
      else print(io, `已保存 ${grouped(size)} 条、${grouped(bytes)} 字节到 ${file} / saved`);
      return 0;
    });
  },
};
