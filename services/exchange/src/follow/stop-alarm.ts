import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import type { NewAlarm } from '../store/alarms.ts';
import type { Stop } from './judge.ts';

const kinds = { fork: AlarmKind.FORK, rollback: AlarmKind.ROLLBACK, inconsistent: AlarmKind.INCONSISTENT };
const texts = {
  fork: '同一规模有两个根：该日志已停止 two roots at one size: this log is stopped',
  rollback: '较新的检查点规模变小：该日志已停止 a later checkpoint is smaller: this log is stopped',
  inconsistent: '一致性证明不成立：该日志已停止 the consistency proof fails: this log is stopped',
};

/** The alarm of a stopped log, with both notes as evidence. */
export function stopAlarm(
  log: { node: string; log: string; generation: number },
  stop: Stop,
  at: Date,
): NewAlarm {
  return {
    cause: `${stop.kind} ${log.node}/${log.log}/${log.generation} ${stop.size}`,
    kind: kinds[stop.kind],
    node: log.node,
    log: log.log,
    raisedAt: at,
    text: `${log.node}/${log.log}: ${texts[stop.kind]} (${stop.size})`,
    evidence: [stop.mine, stop.theirs],
  };
}
