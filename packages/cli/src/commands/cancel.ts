import { CancelLicenceRequest, CancelLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { statusCommand } from '../status-command.ts';

export const cancel = statusCommand({
  request: 'lianzheng.issuance.v1.CancelLicenceRequest',
  requestCodec: CancelLicenceRequest,
  responseCodec: CancelLicenceResponse,
  operations: [Operation.CANCEL],
  examples: ['lz cancel ID --reason HOLDER_REQUEST --case D-1 --officer w.li'],
  call: (client, request, options) => client.cancelLicence(request, options),
});
