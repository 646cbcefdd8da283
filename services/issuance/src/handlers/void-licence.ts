import { VoidLicenceRequest, type VoidLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { changeStatus } from './change-status.ts';

export function voidLicence(context: Context) {
  return (request: VoidLicenceRequest, call: Call): Promise<VoidLicenceResponse> =>
    changeStatus(context, call, request, Operation.VOID, VoidLicenceRequest.toJSON);
}
