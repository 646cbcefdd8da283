import { IssueLicenceRequest, type IssueLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { decideIssue } from '../domain/decide-issue.ts';
import { checkHeader } from '../domain/header.ts';
import { checkLicenceData } from '../domain/licence-data.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { licenceMessage } from '../licence-message.ts';
import { carryOutSigned } from '../signed-command.ts';
import { answered } from './answered.ts';
import { draftOf, numberOf } from './draft.ts';
import { type Issuer, issuableType, requireIssuer } from './issuer.ts';
import { commandOf, refuseFaults } from './parse-command.ts';

export function issueLicence(context: Context) {
  return async (request: IssueLicenceRequest, call: Call): Promise<IssueLicenceResponse> => {
    const issuer = requireIssuer(context, call);
    const { command, draft } = parse(context, call, issuer, request);
    const outcome = await carryOutSigned(context, {
      command,
      number: numberOf(draft),
      decide: ({ sameNumber, intent }) => decideIssue(sameNumber, { ...draft, intent }),
    });
    if ('answer' in outcome)
      return { licence: (await answered(context, 'IssueLicence', outcome.answer)).licence };
    const { body } = outcome.written[0]!;
    context.events.carriedOut('IssueLicence', body.identifier);
    return { licence: licenceMessage(body, outcome.jws, undefined) };
  };
}

function parse(context: Context, call: Call, issuer: Issuer, request: IssueLicenceRequest) {
  const faults: Violation[] = [];
  const header = checkHeader(request.header, context.clock.now(), faults);
  if (!request.data) faults.push(violation('data', '必填', 'required'));
  refuseFaults(request.data ? [] : faults);
  const known = issuableType(context, issuer.code, request.data!.typeCode);
  const data = checkLicenceData('data.', request.data!, known?.type, faults);
  refuseFaults(faults);
  const json = IssueLicenceRequest.toJSON(request);
  const command = commandOf(context, call, issuer.code, header, request, json);
  return { command, draft: draftOf(context, issuer, known!.type, data, '') };
}
