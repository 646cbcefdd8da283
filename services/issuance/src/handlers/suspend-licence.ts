import { SuspendLicenceRequest, type SuspendLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { changeStatus } from './change-status.ts';

export function suspendLicence(context: Context) {
  return (request: SuspendLicenceRequest, call: Call): Promise<SuspendLicenceResponse> =>
    changeStatus(context, call, request, Operation.SUSPEND, SuspendLicenceRequest.toJSON);
}
