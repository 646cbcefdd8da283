import type { CallerIdentity } from '@lianzheng/rpc';
import type { AccessInput } from './access.ts';

/** What a request tells of its access. */
export type AccessFacts = Pick<
  AccessInput,
  'departmentCode' | 'caseNumber' | 'matterCode' | 'officer' | 'subjects'
>;

/** Path of an RPC → what its request tells. An RPC that stands here is audited: one row per audited action. */
export type AccessCatalogue = Readonly<Record<string, (request: never) => AccessFacts>>;

/** What of a call an entry needs; a Call of @lianzheng/rpc is one. */
export type CallFacts = { path: string; caller: CallerIdentity; traceparent?: string };

/** The entry of a call. Departments act for themselves unless the request tells otherwise. */
export function accessOf(call: CallFacts, facts: AccessFacts, result: string, at: Date): AccessInput {
  const { caller } = call;
  return {
    at,
    caller: caller.uri,
    departmentCode: caller.kind === 'department' ? caller.id : '',
    ...facts,
    action: actionOf(call.path),
    result,
    traceId: call.traceparent?.slice(3, 35),
  };
}

/** `/lianzheng.exchange.v1.ExchangeService/VerifyLicence` → `exchange.VerifyLicence`. */
export function actionOf(path: string): string {
  const match = /^\/lianzheng\.(\w+)\.\w+\.\w+\/(\w+)$/.exec(path);
  return match ? `${match[1]}.${match[2]}` : path;
}
