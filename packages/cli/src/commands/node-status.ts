import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { isMeshError } from '@lianzheng/rpc/errors';
import type { Command, ExitCode, Invocation } from '../command.ts';
import { NO_CONNECTION } from '../failure.ts';
import { HealthService, healthWords, Serving } from '../health.ts';
import { print, printJson } from '../io.ts';
import { SERVICES, type ServiceName } from '../mesh.ts';
import { folderStatus } from '../node-folder.ts';
import { connectionOptions, flag, option } from '../options.ts';
import { grouped } from '../progress.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import { shown } from '../times.ts';

/** Owners of a node's logs. */
const LOG_OWNERS = [
  ['status', 'issuance'],
  ['catalog', 'catalog'],
  ['access', 'audit'],
] as const satisfies readonly (readonly [string, ServiceName])[];

export const nodeStatus: Command = {
  positionals: [],
  options: {
    dir: option(
      'DIR',
      '只看节点的文件夹：身份、入网、证书期限，不连接',
      "only the node's folder: identity, enrolment, certificates; no connection",
    ),
    json: flag('输出 JSON', 'print JSON'),
    ...connectionOptions,
  },
  notes: [
    ['所有服务都在服务时退出码为 0。', 'Exit code 0 when every service serves.'],
    [
      '加 --dir 时：已入网且没有证书在 30 天内到期，退出码为 0。',
      'With --dir: 0 when it is enrolled and no certificate ends within 30 days.',
    ],
  ],
  examples: ['lz node status --node 440100', 'lz node status --dir /srv/lianzheng'],
  run(invocation) {
    const dir = invocation.flags.text('dir');
    return dir === undefined ? runningStatus(invocation) : folderStatus(invocation, dir);
  },
};

type ServiceStatus = { service: ServiceName; health: string; error?: string };
type LogStatus =
  | { log: string; generation: number; size: string; newestAt: Date | undefined }
  | { log: string; error: string };

function runningStatus(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, { role: 'operator' }, async (session) => {
    const { flags, io } = invocation;
    const [services, logs] = await Promise.all([
      Promise.all(SERVICES.map((service) => serviceStatus(session, service))),
      Promise.all(LOG_OWNERS.map(([log, owner]) => logStatus(session, log, owner))),
    ]);
    if (flags.on('json')) printJson(io, { node: session.node, services, logs });
    else {
      print(io, `节点 ${session.node} / node`);
      const rows = services.map(({ service, health, error }) => [service, healthWords(health), error ?? '']);
      for (const line of table(['服务 service', '状态 health', ''], rows)) print(io, line);
      for (const line of table(['日志 log', '代', '条数 size', '最新检查点 newest'], logs.map(logRow)))
        print(io, line);
    }
    if (services.every(({ health }) => health === 'SERVING')) return 0;
    return services.every(({ health }) => health === 'UNREACHABLE') ? NO_CONNECTION : 1;
  });
}

async function serviceStatus(session: Session, service: ServiceName): Promise<ServiceStatus> {
  try {
    const { status } = await session.client(service, HealthService).check({ service: '' }, session.call);
    return { service, health: Serving[status] ?? String(status) };
  } catch (error) {
    const away = isMeshError(error, 'UNAVAILABLE') || isMeshError(error, 'DEADLINE_EXCEEDED');
    return { service, health: away ? 'UNREACHABLE' : 'UNKNOWN', error: meshText(error) };
  }
}

async function logStatus(session: Session, log: string, owner: ServiceName): Promise<LogStatus> {
  try {
    const request = { log: { node: session.node, log, generation: 0 } };
    const head = await session.client(owner, LogServiceService).getHead(request, session.call);
    const { generation = 0 } = head.log ?? {};
    return { log, generation, size: String(head.size), newestAt: head.time };
  } catch (error) {
    return { log, error: meshText(error) };
  }
}

function logRow(status: LogStatus): string[] {
  if ('error' in status) return [status.log, '', '', status.error];
  return [status.log, String(status.generation), grouped(BigInt(status.size)), shown(status.newestAt)];
}

function meshText(error: unknown): string {
  if (!isMeshError(error)) throw error;
  return `${error.code}: ${error.message}`;
}
