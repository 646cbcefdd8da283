import {
  AlarmKind,
  type Link,
  type ListLinksResponse,
  type LogLink,
} from '@lianzheng/proto/exchange/v1/exchange';
import { grouped } from './progress.ts';
import { table } from './table.ts';
import { shown } from './times.ts';
import { staleWords } from './words.ts';

/** Entries of access logs stay at home: only their heads travel, so freshness does not ask for them. */
const FOLLOWED = new Set(['status', 'catalog']);

export function linksAreGood({ links, alarms }: ListLinksResponse): boolean {
  const logs = links.flatMap((link) => link.logs);
  return (
    logs.every(({ stopped }) => !stopped) &&
    logs.every(({ log, fresh }) => fresh || !FOLLOWED.has(log)) &&
    alarms.every(({ acknowledgedAt }) => acknowledgedAt)
  );
}

export function linkLines({ node, at, links, alarms }: ListLinksResponse): string[] {
  const rows = links.flatMap((link) => link.logs.map((log) => logRow(link, log)));
  return [
    `节点 ${node} 的连接，${shown(at)} / links of ${node}`,
    '',
    ...table(
      [
        '节点 node',
        '日志 log',
        '已验证 verified',
        '对方有 theirs',
        '落后 behind',
        '秒 s',
        '待对方 to send',
        '状态 state',
      ],
      rows,
    ),
    '',
    ...links.flatMap(linkNotes),
    ...alarms.map(({ alarmId, kind, node: about, log, raisedAt, text, acknowledgedAt }) =>
      [
        `告警 alarm ${alarmId}`,
        alarmName(kind),
        `${about}${log && `/${log}`}`,
        shown(raisedAt),
        acknowledgedAt ? '已确认 acknowledged' : '未确认 NEW',
        text,
      ].join('  '),
    ),
  ];
}

function logRow({ node, name }: Link, log: LogLink): string[] {
  const { generation, verifiedSize, ownerSize, entriesBehind, secondsBehind, backlogToSend } = log;
  return [
    `${node} ${name}`,
    generation > 1 ? `${log.log}/${generation}` : log.log,
    grouped(verifiedSize),
    known(ownerSize),
    known(entriesBehind),
    secondsBehind === undefined ? '?' : secondsBehind.toFixed(1),
    known(backlogToSend),
    stateText(log),
  ];
}

/** Unknown is never shown as 0. */
function known(value: bigint | undefined): string {
  return value === undefined ? '?' : grouped(value);
}

function stateText({ stopped, fresh, staleReason, repairs, noise, notUnderstood }: LogLink): string {
  const figures = [
    ...(repairs > 0n ? [`修复 repairs ${repairs}`] : []),
    ...(noise > 0n ? [`噪声 noise ${noise}`] : []),
    ...(notUnderstood > 0n ? [`看不懂 not understood ${notUnderstood}`] : []),
  ];
  const state = stopped ? '停用 STOPPED' : fresh ? '新鲜 fresh' : `过时 stale ${staleWords(staleReason)}`;
  return [state, ...figures].join('，');
}

function linkNotes({
  node,
  reachable,
  clockOffsetMs,
  clockUncertaintyMs,
  carriers,
  lastHeardAt,
}: Link): string[] {
  const clock =
    clockOffsetMs === undefined ? '未测 unmeasured' : `${clockOffsetMs} ± ${clockUncertaintyMs ?? '?'} ms`;
  return [
    `${node}  可达 reachable：${reachable ? '是 yes' : '否 NO'}  时钟 clock：${clock}  最近消息 heard：${shown(lastHeardAt)}`,
    ...carriers.map(
      ({ flow, connector, task, state, restarts, trace }) =>
        `  载体 carrier ${flow} ${connector}/${task}：${state}，重启 restarts ${restarts}${trace && `，${trace}`}`,
    ),
  ];
}

const alarmNames = new Map<number, string>(Object.entries(AlarmKind).map(([name, value]) => [value, name]));

function alarmName(kind: AlarmKind): string {
  return alarmNames.get(kind) ?? String(kind);
}
