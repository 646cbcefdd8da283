import { ResumeLicenceRequest, type ResumeLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { changeStatus } from './change-status.ts';

export function resumeLicence(context: Context) {
  return (request: ResumeLicenceRequest, call: Call): Promise<ResumeLicenceResponse> =>
    changeStatus(context, call, request, Operation.RESUME, ResumeLicenceRequest.toJSON);
}
