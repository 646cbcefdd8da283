import {
  AcknowledgeAlarmRequest,
  AcknowledgeAlarmResponse,
  ExchangeServiceService,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Command } from '../command.ts';
import { print, printJson } from '../io.ts';
import { connectionOptions, fileOption, jsonOption, option } from '../options.ts';
import { readRequest } from '../request.ts';
import { withSession } from '../session.ts';
import { shown } from '../times.ts';

export const alarmAcknowledge: Command = {
  positionals: [
    { name: 'ALARM', words: ['告警编号，见 lz links', 'id of the alarm, see lz links'], optional: true },
  ],
  options: { note: option('TEXT', '说明', 'a note'), ...fileOption, ...jsonOption, ...connectionOptions },
  examples: ["lz alarm acknowledge 7 --note '已电话核实' --node 440000"],
  async run(invocation) {
    const { flags, io } = invocation;
    const name = 'lianzheng.exchange.v1.AcknowledgeAlarmRequest';
    const request = await readRequest(invocation, name, AcknowledgeAlarmRequest, {
      flags: { alarmId: flags.argument('ALARM') || undefined, note: flags.text('note') },
    });
    return withSession(invocation, { role: 'operator' }, async (session) => {
      const exchange = session.client('exchange', ExchangeServiceService);
      const answer = await exchange.acknowledgeAlarm(request, session.call);
      const { alarm } = answer;
      if (flags.on('json')) printJson(io, AcknowledgeAlarmResponse.toJSON(answer));
      else
        print(
          io,
          `已确认 / acknowledged: ${alarm?.alarmId}  ${shown(alarm?.acknowledgedAt)}  ${alarm?.acknowledgedBy}`,
        );
      return 0;
    });
  },
};
