import { accessOf } from '@lianzheng/access';
import {
  type ListRecoveryFindingsRequest,
  type ListRecoveryFindingsResponse,
  type RecoveryFinding,
  RecoveryFindingKind,
} from '@lianzheng/proto/issuance/v1/issuance';
import { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { type Finding, listFindings } from '../store/findings.ts';
import { requireDepartment } from './issuer.ts';

/** Operators see all, a department its own; also while the log is being recovered. */
export function listRecoveryFindings({ database, access, clock }: Context) {
  return async (_request: ListRecoveryFindingsRequest, call: Call): Promise<ListRecoveryFindingsResponse> => {
    const issuerCode = call.caller.kind === 'operator' ? undefined : requireDepartment(call);
    const findings = await database.read((reader) => listFindings(reader, issuerCode));
    await access.record(accessOf(call, {}, 'OK', clock.now()));
    return { findings: findings.map(messageOf) };
  };
}

function messageOf({ kind, body: bytes, sequence }: Finding): RecoveryFinding {
  const body = StatusBody.decode(bytes);
  return {
    kind: kind === 'reenter' ? RecoveryFindingKind.REENTER : RecoveryFindingKind.CONTRADICTION,
    identifier: body.identifier,
    body,
    sequence: sequence === undefined ? undefined : BigInt(sequence),
  };
}
