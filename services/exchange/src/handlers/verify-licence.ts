import { accessOf } from '@lianzheng/access';
import {
  Outcome,
  type VerifyLicenceRequest,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { parseQuestion } from '../domain/question.ts';
import { outcomeName } from '../events.ts';
import type { Parts } from '../parts.ts';

export const verifyLicence =
  ({ context, verify }: Parts) =>
  async (request: VerifyLicenceRequest, call: Call): Promise<VerifyLicenceResponse> => {
    const { clock, access, events } = context;
    const answer = await verify(parseQuestion(request, clock.now()), call.traceparent);
    const facts = {
      caseNumber: request.caseNumber,
      matterCode: request.matterCode,
      officer: request.officer,
      subjects: [answer.identifier],
    };
    await access.record(accessOf(call, facts, resultOf(answer), clock.now()));
    events.licenceVerified('one', answer);
    return answer;
  };

/** OK for an answer about a licence; otherwise the outcome. */
export function resultOf(answer: VerifyLicenceResponse): string {
  if (answer.outcome === Outcome.FOUND) return 'OK';
  return `OK ${outcomeName(answer.outcome)}`;
}
