import { ResumeLicenceRequest, ResumeLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { statusCommand } from '../status-command.ts';

export const resume = statusCommand({
  request: 'lianzheng.issuance.v1.ResumeLicenceRequest',
  requestCodec: ResumeLicenceRequest,
  responseCodec: ResumeLicenceResponse,
  operations: [Operation.RESUME],
  examples: ['lz resume ID --reason RECTIFIED --case D-1 --officer w.li'],
  call: (client, request, options) => client.resumeLicence(request, options),
});
