import { accessOf } from '@lianzheng/access';
import type { GetPublicStatusRequest, GetPublicStatusResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { parseQuestion } from '../domain/question.ts';
import type { Parts } from '../parts.ts';
import { resultOf } from './verify-licence.ts';

/** Status, validity and type name: nothing personal. */
export const getPublicStatus =
  ({ context, verify }: Parts) =>
  async ({ identifier }: GetPublicStatusRequest, call: Call): Promise<GetPublicStatusResponse> => {
    const { clock, access, events } = context;
    const question = parseQuestion(
      {
        identifier,
        document: undefined,
        asOf: undefined,
        knownAt: undefined,
        maxStalenessMs: undefined,
        withProof: false,
        caseNumber: '',
        matterCode: '',
        officer: '',
      },
      clock.now(),
    );
    const answer = await verify(question, call.traceparent);
    await access.record(accessOf(call, { subjects: [identifier] }, resultOf(answer), clock.now()));
    events.licenceVerified('public', answer);
    const { outcome, status, validFrom, validTo, typeName, freshness } = answer;
    return { identifier, outcome, status, validFrom, validTo, typeName, freshness };
  };
