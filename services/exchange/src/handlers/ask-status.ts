import { accessOf } from '@lianzheng/access';
import { isIdentifier } from '@lianzheng/identifier';
import type { AskStatusRequest, AskStatusResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { type FieldViolation, invalidArgument, permissionDenied, unavailable } from '@lianzheng/rpc/errors';
import type { Parts } from '../parts.ts';

const MAX_IDENTIFIERS = 500;

/** Answered by the home node; the province passes on what is for another city. */
export const askStatus =
  ({ context, home }: Parts) =>
  async (request: AskStatusRequest, call: Call): Promise<AskStatusResponse> => {
    const { config, access, clock, peers } = context;
    const { identifiers, target } = request;
    check(context, request);
    if (target !== config.node) return passOn(context, request, call);
    const histories = await Promise.all(
      identifiers.map((identifier) => home.ask(target, identifier, call.traceparent)),
    );
    const facts = {
      departmentCode: request.departmentCode,
      caseNumber: request.caseNumber,
      subjects: identifiers,
    };
    await access.record(accessOf(call, facts, 'OK', clock.now()));
    peers.heard(call.caller.node);
    const readAt = new Date(Math.min(...histories.map((history) => history.readAt.getTime())));
    return { readAt, histories: histories.map(({ bodies }) => ({ bodies })) };
  };

function check({ registry }: Parts['context'], { target, identifiers }: AskStatusRequest): void {
  const fields: FieldViolation[] = [];
  if (!registry.node(target))
    fields.push({ field: 'target', description: '未登记的节点 not a registered node' });
  if (identifiers.length === 0 || identifiers.length > MAX_IDENTIFIERS)
    fields.push({ field: 'identifiers', description: `1 … ${MAX_IDENTIFIERS}` });
  identifiers.forEach((identifier, n) => {
    if (!isIdentifier(identifier))
      fields.push({ field: `identifiers[${n}]`, description: '不是证照标识 not a licence identifier' });
  });
  if (fields.length > 0) throw invalidArgument(fields);
}

async function passOn(
  { config, peers }: Parts['context'],
  request: AskStatusRequest,
  call: Call,
): Promise<AskStatusResponse> {
  if (config.node !== config.province)
    throw permissionDenied('NOT_A_RELAY', `只有省节点转送 only the province passes questions on`);
  const peer = peers.direct(request.target);
  if (!peer) throw unavailable('NO_ROUTE', `没有到 ${request.target} 的路 no way to ${request.target}`);
  try {
    const answer = await peer.peer.askStatus(request, { parent: call, deadlineMs: 2_500 });
    peers.ended(request.target, true);
    return answer;
  } catch (error) {
    peers.ended(request.target, false);
    throw error;
  }
}
