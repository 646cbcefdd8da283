import { parseIdentifier } from '@lianzheng/identifier';
import { readCanonicalLicence, shanghaiDay } from '@lianzheng/licence';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { RenewLicenceRequest, type RenewLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { decideRenew } from '../domain/decide-renew.ts';
import type { Draft } from '../domain/draft.ts';
import { checkHeader, type Header } from '../domain/header.ts';
import { printedFormFaults } from '../domain/printed-forms.ts';
import { validityFaults } from '../domain/validity.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { licenceMessage, payloadOf } from '../licence-message.ts';
import { carryOutSigned } from '../signed-command.ts';
import { identityOf } from '../store/identity.ts';
import type { LicenceRow } from '../store/licences.ts';
import { answered, openJws } from './answered.ts';
import { draftOf } from './draft.ts';
import { identifierFault, requireOwn } from './identifier.ts';
import { type Issuer, issuableType, requireIssuer } from './issuer.ts';
import { commandOf, refuseFaults } from './parse-command.ts';

export function renewLicence(context: Context) {
  return async (request: RenewLicenceRequest, call: Call): Promise<RenewLicenceResponse> => {
    const issuer = requireIssuer(context, call);
    const { command, type } = parse(context, call, issuer, request);
    const { identifier } = request;
    const outcome = await carryOutSigned(context, {
      command,
      licence: identityOf(identifier),
      decide: ({ licence, intent }) => {
        const renewed = () =>
          licence && renewedDraft(context, issuer, type, licence, request, command.header, intent);
        return decideRenew(identifier, licence, renewed, context.clock.now());
      },
    });
    if ('answer' in outcome)
      return { licence: (await answered(context, 'RenewLicence', outcome.answer)).licence };
    const { body } = outcome.written[0]!;
    context.events.carriedOut('RenewLicence', body.identifier);
    return { licence: licenceMessage(body, outcome.jws, undefined) };
  };
}

function parse(context: Context, call: Call, issuer: Issuer, request: RenewLicenceRequest) {
  const faults: Violation[] = [];
  const header = checkHeader(request.header, context.clock.now(), faults);
  const fault = identifierFault('identifier', request.identifier);
  if (fault) {
    refuseFaults([...faults, fault, ...validityFaults('', request, undefined)]);
  }
  requireOwn(request.identifier, issuer.code);
  const known = issuableType(context, issuer.code, parseIdentifier(request.identifier).typeCode);
  if (!known)
    faults.push(violation('identifier', '证照类型不存在或未发布', 'no such published licence type'));
  faults.push(...validityFaults('', request, known?.type.validity));
  faults.push(...printedFormFaults('printed_forms', request.printedForms, known?.type));
  refuseFaults(faults);
  const json = RenewLicenceRequest.toJSON(request);
  return { command: commandOf(context, call, issuer.code, header, request, json), type: known!.type };
}

/** The data of the version before with the new term, issued anew on the day of the decision; undefined when it is gone. */
function renewedDraft(
  context: Context,
  issuer: Issuer,
  type: LicenceType,
  { newest, sealedJws }: LicenceRow,
  { validFrom, validTo, printedForms }: RenewLicenceRequest,
  { decidedAt }: Header,
  intent: Buffer | undefined,
): Draft | undefined {
  const jws = openJws(context.vault, newest.identifier, sealedJws);
  if (jws === undefined) return undefined;
  const { data } = readCanonicalLicence(payloadOf(jws));
  const renewed = { ...data, issuedOn: shanghaiDay(decidedAt), validFrom, validTo, printedForms };
  return { ...draftOf(context, issuer, type, renewed, ''), intent };
}
