import { LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Words } from './command.ts';

/** How enum values are shown: Chinese and the name in the protos without its prefix. */
function shownBy<T extends number>(
  values: Readonly<Record<string, T>>,
  chinese: Readonly<Record<string, string>>,
): (value: T) => Words {
  const names = new Map(Object.entries(values).map(([name, value]) => [value, name]));
  return (value) => {
    const name = names.get(value) ?? String(value);
    return [chinese[name] ?? '未知', name];
  };
}

export const statusWords = shownBy(LicenceStatus, {
  VALID: '有效',
  NOT_YET_VALID: '尚未生效',
  EXPIRED: '已过期',
  SUPERSEDED: '已被新版本取代',
  SUSPENDED: '暂扣',
  CANCELLED: '已注销',
  ANNULLED: '已撤销',
  REVOKED: '已吊销',
  WITHDRAWN: '已撤回',
  VOID: '已作废',
});

export const outcomeWords = shownBy(Outcome, {
  FOUND: '已查到',
  NOT_FOUND: '不存在',
  UNKNOWN: '尚不知道（超出已知时间，且问不到所属节点）',
  NOT_UNDERSTOOD: '本节点版本较旧，看不懂，请问所属节点',
  LOG_STOPPED: '所属节点的日志已停用，见告警',
});

export const stateWords = shownBy(LicenceState, {
  IN_FORCE: '在用',
  SUSPENDED: '暂扣',
  CANCELLED: '注销',
  ANNULLED: '撤销',
  REVOKED: '吊销',
  WITHDRAWN: '撤回',
  VOID: '作废',
});

export const operationWords = shownBy(Operation, {
  ISSUE: '颁发',
  CHANGE: '变更',
  RENEW: '延续',
  SUSPEND: '暂扣',
  RESUME: '发还',
  CANCEL: '注销',
  ANNUL: '撤销',
  REVOKE: '吊销',
  WITHDRAW: '撤回',
  VOID: '作废',
  DOCUMENT: '补制文件',
});

const staleReasons: Readonly<Record<string, string>> = {
  NEVER_HEARD: '从未收到消息',
  AGE: '超过可接受的时延',
  CLOCK_OFFSET: '时钟偏差过大',
  CLOCK_UNCERTAIN: '时钟测量不准',
  CLOCK_UNMEASURED: '时钟未测量',
  CLOCK_AHEAD: '时钟超前',
  STOPPED: '日志已停用',
  HOME_UNREACHABLE: '问不到所属节点',
};

export function staleWords(reason: string): string {
  return `${staleReasons[reason] ?? ''} ${reason}`.trim();
}

export function both([zh, en]: Words): string {
  return `${zh} ${en}`;
}
