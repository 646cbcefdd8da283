import { parseArgs } from 'node:util';

export type DemoArguments =
  | {
      command: 'run';
      exit: boolean;
      profile: 'bridged' | 'shared';
      mode: 'standalone' | 'mesh';
      report?: string;
      rows: number;
      dir?: string;
    }
  | { command: 'cut'; city: string; dir?: string }
  | { command: 'heal'; city: string; dir?: string }
  | { command: 'stop'; dir?: string }
  | { command: 'help' };

export const help = `scripts/demo — 一个省节点和两个市节点的完整演示 a province and two cities, for real

用法 Usage:
  scripts/demo [--exit] [--shared] [--mesh] [--rows N] [--report FILE]
  scripts/demo cut CITY | heal CITY | stop      操作正在运行的演示 act on a running demo

选项 Options:
  --exit         讲完故事就结束 end after the story
  --shared       所有节点共用一个 Kafka one Kafka cluster for all nodes
  --mesh         每个服务一个进程 one process per service
  --rows N       每个市导入的存量纸证数，默认 2000 rows of paper stock per city
  --report FILE  把故事写成 JSON write the story as JSON
  --dir DIR      放在哪里，默认 var/mesh where it lives
  --help         显示本帮助 this help

运行时 var/mesh/mesh.json 列出全部地址和示例证书 lists every address and sample certificates.
`;

/** Throws an Error with a sentence for the user. */
export function readArguments(args: string[]): DemoArguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      exit: { type: 'boolean', default: false },
      shared: { type: 'boolean', default: false },
      mesh: { type: 'boolean', default: false },
      rows: { type: 'string', default: '2000' },
      report: { type: 'string' },
      dir: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, city] = positionals;
  if (values.help) return { command: 'help' };
  if (command === 'stop') return { command, dir: values.dir };
  if (command === 'cut' || command === 'heal') {
    if (!/^\d{6}$/.test(city ?? ''))
      throw new Error(`${command} 需要市的区划代码 needs the division code of a city, e.g. 440300`);
    return { command, city: city!, dir: values.dir };
  }
  if (command !== undefined) throw new Error(`未知命令 unknown command: ${command}`);
  const rows = Number(values.rows);
  if (!Number.isSafeInteger(rows) || rows < 1 || rows > 1_000_000) throw new Error('--rows 1 … 1000000');
  return {
    command: 'run',
    exit: values.exit,
    profile: values.shared ? 'shared' : 'bridged',
    mode: values.mesh ? 'mesh' : 'standalone',
    report: values.report,
    dir: values.dir,
    rows,
  };
}
