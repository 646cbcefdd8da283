import { CancelLicenceRequest, type CancelLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { changeStatus } from './change-status.ts';

export function cancelLicence(context: Context) {
  return (request: CancelLicenceRequest, call: Call): Promise<CancelLicenceResponse> =>
    changeStatus(context, call, request, Operation.CANCEL, CancelLicenceRequest.toJSON);
}
