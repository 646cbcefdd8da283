import { parseIdentifier } from '@lianzheng/identifier';
import { ChangeLicenceRequest, type ChangeLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { decideChange } from '../domain/decide-change.ts';
import { checkHeader } from '../domain/header.ts';
import { checkLicenceData } from '../domain/licence-data.ts';
import { reasonFault } from '../domain/reason.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { licenceMessage } from '../licence-message.ts';
import type { Written } from '../rounds/writes.ts';
import { carryOutSigned } from '../signed-command.ts';
import { identityOf } from '../store/identity.ts';
import { answered, openJws } from './answered.ts';
import { draftOf, numberOf } from './draft.ts';
import { identifierFault, requireOwn } from './identifier.ts';
import { type Issuer, issuableType, requireIssuer } from './issuer.ts';
import { commandOf, refuseFaults } from './parse-command.ts';

export function changeLicence(context: Context) {
  return async (request: ChangeLicenceRequest, call: Call): Promise<ChangeLicenceResponse> => {
    const issuer = requireIssuer(context, call);
    const { command, draft } = parse(context, call, issuer, request);
    const { identifier } = request;
    const outcome = await carryOutSigned(context, {
      command,
      licence: identityOf(identifier),
      number: numberOf(draft),
      decide: ({ licence, sameNumber, intent }) =>
        decideChange(identifier, licence, sameNumber, { ...draft, intent }, context.clock.now()),
    });
    if ('answer' in outcome) return answered(context, 'ChangeLicence', outcome.answer);
    const { written, jws } = outcome;
    const { body } = written.at(-1)!;
    context.events.carriedOut('ChangeLicence', body.identifier);
    return {
      licence: licenceMessage(body, jws, undefined),
      replaced: written.length > 1 ? formerMessage(context, written[0]!) : undefined,
    };
  };
}

function formerMessage({ vault }: Context, { body, before }: Written) {
  return licenceMessage(body, openJws(vault, body.identifier, before?.sealedJws), undefined);
}

function parse(context: Context, call: Call, issuer: Issuer, request: ChangeLicenceRequest) {
  const faults: Violation[] = [];
  const header = checkHeader(request.header, context.clock.now(), faults);
  const fault = identifierFault('identifier', request.identifier);
  if (fault) faults.push(fault);
  else requireOwn(request.identifier, issuer.code);
  const wrongReason = reasonFault(request.reasonCode, Operation.CHANGE);
  if (wrongReason) faults.push(wrongReason);
  if (!request.data) faults.push(violation('data', '必填', 'required'));
  else if (!fault && request.data.typeCode !== parseIdentifier(request.identifier).typeCode) {
    faults.push(violation('data.type_code', '变更不能改变证照类型', 'a change cannot change the type'));
  }
  refuseFaults(request.data ? [] : faults);
  const known = issuableType(context, issuer.code, request.data!.typeCode);
  const data = checkLicenceData('data.', request.data!, known?.type, faults);
  refuseFaults(faults);
  const json = ChangeLicenceRequest.toJSON(request);
  const command = commandOf(context, call, issuer.code, header, request, json);
  return { command, draft: draftOf(context, issuer, known!.type, data, request.reasonCode) };
}
