import { VoidLicenceRequest, VoidLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { statusCommand } from '../status-command.ts';

export const voidLicence = statusCommand({
  request: 'lianzheng.issuance.v1.VoidLicenceRequest',
  requestCodec: VoidLicenceRequest,
  responseCodec: VoidLicenceResponse,
  operations: [Operation.VOID],
  examples: ['lz void ID --reason MADE_IN_ERROR --case D-1 --officer w.li'],
  call: (client, request, options) => client.voidLicence(request, options),
});
