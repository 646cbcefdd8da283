import { SuspendLicenceRequest, SuspendLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { statusCommand } from '../status-command.ts';

export const suspend = statusCommand({
  request: 'lianzheng.issuance.v1.SuspendLicenceRequest',
  requestCodec: SuspendLicenceRequest,
  responseCodec: SuspendLicenceResponse,
  operations: [Operation.SUSPEND],
  examples: ['lz suspend ID --reason INVESTIGATION --case D-1 --officer w.li'],
  call: (client, request, options) => client.suspendLicence(request, options),
});
