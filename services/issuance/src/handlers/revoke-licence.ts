import {
  RevocationKind,
  RevokeLicenceRequest,
  type RevokeLicenceResponse,
} from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { changeStatus } from './change-status.ts';

const OPERATIONS: ReadonlyMap<RevocationKind, Operation> = new Map<RevocationKind, Operation>([
  [RevocationKind.ANNUL, Operation.ANNUL],
  [RevocationKind.REVOKE, Operation.REVOKE],
  [RevocationKind.WITHDRAW, Operation.WITHDRAW],
]);

export function revokeLicence(context: Context) {
  return (request: RevokeLicenceRequest, call: Call): Promise<RevokeLicenceResponse> =>
    changeStatus(context, call, request, OPERATIONS.get(request.kind), RevokeLicenceRequest.toJSON);
}
