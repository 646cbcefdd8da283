import { accessOf } from '@lianzheng/access';
import type {
  BatchVerifyLicencesRequest,
  BatchVerifyLicencesResponse,
  BatchVerifyResult,
  VerifyLicenceRequest,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { invalidArgument, isMeshError } from '@lianzheng/rpc/errors';
import { parseQuestion } from '../domain/question.ts';
import type { Parts } from '../parts.ts';
import { resultOf } from './verify-licence.ts';

const MAX_QUESTIONS = 500;

/** Each question has its own answer or error; one bad question harms no other. */
export const batchVerifyLicences =
  (parts: Parts) =>
  async (request: BatchVerifyLicencesRequest, call: Call): Promise<BatchVerifyLicencesResponse> => {
    const { questions } = request;
    if (questions.length === 0 || questions.length > MAX_QUESTIONS) {
      throw invalidArgument({ field: 'questions', description: `1 … ${MAX_QUESTIONS}` });
    }
    return { results: await Promise.all(questions.map((question) => answerOne(parts, question, call))) };
  };

async function answerOne(
  { context, verify }: Parts,
  question: VerifyLicenceRequest,
  call: Call,
): Promise<BatchVerifyResult> {
  const { clock, access, events } = context;
  const facts = {
    caseNumber: question.caseNumber,
    matterCode: question.matterCode,
    officer: question.officer,
    subjects: [question.identifier],
  };
  try {
    const answer = await verify(parseQuestion(question, clock.now()), call.traceparent);
    await access.record(accessOf(call, facts, resultOf(answer), clock.now()));
    events.licenceVerified('batch', answer);
    return { result: { $case: 'answer', value: answer } };
  } catch (error) {
    if (!isMeshError(error, 'INVALID_ARGUMENT')) throw error;
    await access.record(accessOf(call, facts, error.code, clock.now()));
    events.questionRefused(error.code);
    const [first] = error.details.fields ?? [];
    const told = {
      code: error.code,
      reason: error.reason,
      field: first?.field ?? '',
      message: error.message,
    };
    return { result: { $case: 'error', value: told } };
  }
}
