import { aborted, failedPrecondition, MeshError } from '@lianzheng/rpc/errors';
import type { Refusal } from './domain/refusal.ts';

/** The error of a call whose command the domain refused. */
export function refused({ code, reason, zh, en, metadata }: Refusal): MeshError {
  return new MeshError(code, `${zh} / ${en}`, { reason, details: { metadata } });
}

export function requestIdReused(requestId: string): MeshError {
  return new MeshError(
    'ALREADY_EXISTS',
    '请求号已用于另一请求 / the request id was used for another request',
    {
      reason: 'REQUEST_ID_REUSED',
      details: { metadata: { request_id: requestId } },
    },
  );
}

/** Others changed the same licence again and again while this command was prepared. */
export function licenceBusy(): MeshError {
  return aborted(
    'LICENCE_BUSY',
    '该证照正在办理其他业务，请重试 / the licence is being changed by others, try again',
    {
      retryAfterMs: 200,
    },
  );
}

export function licenceTypeRetired(typeCode: string): MeshError {
  return failedPrecondition('TYPE_RETIRED', '证照类型已停用 / the licence type is retired', {
    type_code: typeCode,
  });
}
