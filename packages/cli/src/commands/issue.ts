import { IssueLicenceRequest, IssueLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Command } from '../command.ts';
import { commandOptions, sendCommand } from '../licence-command.ts';
import { dataFromFlags, dataOptions } from '../licence-flags.ts';

export const issue: Command = {
  positionals: [],
  options: { ...dataOptions, ...commandOptions },
  notes: [
    [
      '照面数据、持证主体较多时写成 --file request.json：IssueLicenceRequest 的 proto3 JSON，header 与 data 两部分。',
      'Longer data had better stand in --file request.json: IssueLicenceRequest as proto3 JSON with header and data.',
    ],
    [
      '请求编号相同即为同一请求：网络中断后用同一 --request-id 重试，不会重复颁发。',
      'The same request id is the same request: retry with it after a broken connection, nothing is issued twice.',
    ],
  ],
  examples: [
    'lz issue --file request.json',
    "lz issue --type 11440000YH00010011003 --number 粤3001 --issued-on 2026-03-01 --valid-from 2026-03-01 --item grade=甲级 --holder '001:91440300YH0001001X:云渡机电有限公司' --case A-1 --officer w.li",
  ],
  run: (invocation) =>
    sendCommand(invocation, {
      request: 'lianzheng.issuance.v1.IssueLicenceRequest',
      requestCodec: IssueLicenceRequest,
      responseCodec: IssueLicenceResponse,
      fields: { data: dataFromFlags(invocation.flags) },
      call: (client, request, options) => client.issueLicence(request, options),
    }),
};
