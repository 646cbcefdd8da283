import type { CommandHeader, Licence } from '@lianzheng/proto/issuance/v1/issuance';
import type { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { checkHeader } from '../domain/header.ts';
import { reasonFault } from '../domain/reason.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { licenceMessage } from '../licence-message.ts';
import { carryOutStatus } from '../status-command.ts';
import { answered, openJws } from './answered.ts';
import { identifierFault, requireOwn } from './identifier.ts';
import { type Issuer, requireIssuer, requireReady } from './issuer.ts';
import { commandOf, refuseFaults } from './parse-command.ts';

export interface StatusRequest {
  readonly header: CommandHeader | undefined;
  readonly identifier: string;
  readonly reasonCode: string;
}

/** Suspend, resume, the endings and void differ in their operation only; undefined = the request names none. */
export async function changeStatus<R extends StatusRequest>(
  context: Context,
  call: Call,
  request: R,
  operation: Operation | undefined,
  toJSON: (request: R) => unknown,
): Promise<{ licence: Licence | undefined }> {
  const issuer = requireIssuer(context, call);
  requireReady(context);
  const { command, operation: asked } = parse(context, call, issuer, request, operation, toJSON);
  const { identifier, reasonCode } = request;
  const outcome = await carryOutStatus(context, command, identifier, { operation: asked, reasonCode });
  const action = call.path.slice(call.path.lastIndexOf('/') + 1);
  if ('answer' in outcome) return { licence: (await answered(context, action, outcome.answer)).licence };
  const { body, before } = outcome.written;
  context.events.carriedOut(action, body.identifier);
  return {
    licence: licenceMessage(body, openJws(context.vault, body.identifier, before?.sealedJws), undefined),
  };
}

function parse<R extends StatusRequest>(
  context: Context,
  call: Call,
  issuer: Issuer,
  request: R,
  operation: Operation | undefined,
  toJSON: (request: R) => unknown,
) {
  const faults: Violation[] = [];
  const header = checkHeader(request.header, context.clock.now(), faults);
  const fault = identifierFault('identifier', request.identifier);
  if (fault) faults.push(fault);
  else requireOwn(request.identifier, issuer.code);
  const wrong =
    operation === undefined
      ? violation('kind', '应为撤销、吊销或撤回', 'must be ANNUL, REVOKE or WITHDRAW')
      : reasonFault(request.reasonCode, operation);
  if (wrong) faults.push(wrong);
  refuseFaults(faults);
  const command = commandOf(context, call, issuer.code, header, request, toJSON(request));
  return { command, operation: operation! };
}
