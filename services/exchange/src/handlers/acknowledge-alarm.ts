import { accessOf, recordAccess } from '@lianzheng/access';
import type {
  AcknowledgeAlarmRequest,
  AcknowledgeAlarmResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { invalidArgument, notFound } from '@lianzheng/rpc/errors';
import type { Parts } from '../parts.ts';
import { acknowledgeAlarm as acknowledge } from '../store/alarms.ts';

/** Leaves a trace; the evidence stays. */
export const acknowledgeAlarm =
  ({ context }: Parts) =>
  async (request: AcknowledgeAlarmRequest, call: Call): Promise<AcknowledgeAlarmResponse> => {
    const { clock, database } = context;
    if (!/^[1-9]\d{0,15}$/.test(request.alarmId))
      throw invalidArgument({ field: 'alarm_id', description: '告警编号 the number of an alarm' });
    if (request.note.length > 500)
      throw invalidArgument({ field: 'note', description: '最多 500 个字符 at most 500 characters' });
    const at = clock.now();
    const alarm = await database.tx(async (tx) => {
      const by = { caller: call.caller.uri, at, note: request.note };
      const known = await acknowledge(tx, Number(request.alarmId), by);
      if (known)
        await recordAccess(tx, [accessOf(call, { subjects: [`alarm/${request.alarmId}`] }, 'OK', at)]);
      return known;
    });
    if (!alarm) throw notFound(`告警 alarm ${request.alarmId}`);
    return { alarm };
  };
