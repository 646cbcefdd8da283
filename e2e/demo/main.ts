// The first of the README's two commands: a province and two cities, for real.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Mesh, startMesh } from '../harness/index.ts';
import { type DemoArguments, help, readArguments } from './arguments.ts';
import { askDemo, isRunning, serveControl } from './control.ts';
import { createTeller, type NodeRoots, writeReport } from './report.ts';
import { compareRoots, tell } from './story.ts';

const defaultDir = path.resolve(import.meta.dirname, '../../var/mesh');

async function main(args: DemoArguments): Promise<number> {
  if (args.command === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const dir = path.resolve(args.dir ?? defaultDir);
  const socket = path.join(dir, 'control.sock');
  if (args.command !== 'run') {
    const line = args.command === 'stop' ? 'stop' : `${args.command} ${args.city}`;
    process.stdout.write(`${await askDemo(socket, line)}\n`);
    return 0;
  }
  if (await isRunning(socket)) {
    process.stderr.write(
      '已有演示在运行：先执行 ./scripts/demo stop A demo is running already: ./scripts/demo stop\n',
    );
    return 1;
  }
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return runDemo(args, dir, socket);
}

async function runDemo(
  args: Extract<DemoArguments, { command: 'run' }>,
  dir: string,
  socket: string,
): Promise<number> {
  const teller = createTeller();
  const ended = Promise.withResolvers<void>();
  let mesh: Mesh | undefined;
  let nodes: NodeRoots[] = [];
  let ok = false;
  process.once('SIGINT', () => ended.resolve());
  process.once('SIGTERM', () => ended.resolve());
  try {
    await teller.step(
      'start',
      '启动省 440000、市 440100、市 440300 starting a province and two cities',
      async () => {
        mesh = await startMesh({
          dir,
          profile: args.profile,
          mode: args.mode,
          portBase: Number(process.env.LZ_PORT_BASE ?? 42_000),
        });
        return `${args.profile}, ${args.mode}；全部服务就绪、链路新鲜 all services serve, all links fresh`;
      },
    );
    const control = await serveControl(socket, {
      cut: (city) => mesh!.cut(city),
      heal: (city) => mesh!.heal(city),
      stop: async () => ended.resolve(),
    });
    try {
      await tell(mesh!, teller, args.rows);
      nodes = await compareRoots(mesh!, teller);
      ok = true;
      if (!args.exit) await stayUp(mesh!, ended.promise);
    } finally {
      control.close();
    }
  } catch (error) {
    process.stderr.write(
      `\n演示未能完成 the demo did not hold: ${error instanceof Error ? error.message : String(error)}\n日志 logs: ${dir}\n`,
    );
  } finally {
    if (args.report) writeReport(args.report, { ok, steps: teller.steps, nodes });
    await mesh?.stop();
    rmSync(socket, { force: true });
  }
  return ok ? 0 : 1;
}

async function stayUp(mesh: Mesh, ended: Promise<void>): Promise<void> {
  process.stdout.write(`
演示保持运行；Ctrl-C 或 ./scripts/demo stop 结束 The mesh stays up; Ctrl-C or ./scripts/demo stop ends it.
  ${mesh.file}
  ./scripts/lz links --watch
  ./scripts/demo cut 440100; ./scripts/demo heal 440100
`);
  await ended;
}

try {
  process.exitCode = await main(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
