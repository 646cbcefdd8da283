import { certState, resultCode, statusAt } from '@lianzheng/licence';
import {
  type DocumentDigest,
  DocumentMatch,
  type Freshness,
  LicenceStatus,
  Outcome,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceState, type StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Question } from './question.ts';

export type AnswerContext = { now: Date; homeNode: string; freshness: Freshness; typeName: string };

/** What is said of a licence whose entries are known: in order of revision, all versions. */
export function answerFrom(
  history: readonly StatusBody[],
  question: Question,
  context: AnswerContext,
): VerifyLicenceResponse {
  const { id } = question.identifier;
  const answer = statusAt(history, id, { now: context.now, asOf: question.asOf });
  if (!answer) return answerWithout(Outcome.NOT_FOUND, question, context);
  return {
    ...answerWithout(Outcome.FOUND, question, context),
    status: answer.status,
    state: answer.state,
    certState: certState(answer.status),
    resultCode: resultCode(answer.status),
    validFrom: answer.validFrom,
    validTo: answer.validTo,
    revision: answer.revision,
    supersededBy: answer.supersededBy,
    documentMatch: matchDocument(history, id, question.document),
    effectiveAt: answer.effectiveAt,
    recordedAt: answer.recordedAt,
  };
}

/** An answer that has no status; result code 5 = nothing found, 4 = cannot be verified (GB/T 36906). */
export function answerWithout(
  outcome: Outcome,
  question: Question,
  context: AnswerContext,
): VerifyLicenceResponse {
  return {
    identifier: question.identifier.id,
    outcome,
    status: LicenceStatus.UNSPECIFIED,
    state: LicenceState.UNSPECIFIED,
    certState: '',
    resultCode: outcome === Outcome.NOT_FOUND ? 5 : 4,
    validFrom: '',
    validTo: '',
    revision: 0,
    homeNode: context.homeNode,
    supersededBy: '',
    documentMatch: DocumentMatch.UNSPECIFIED,
    freshness: context.freshness,
    proof: undefined,
    typeName: context.typeName,
    effectiveAt: undefined,
    recordedAt: undefined,
  };
}

function matchDocument(
  history: readonly StatusBody[],
  identifier: string,
  document: DocumentDigest | undefined,
): DocumentMatch {
  if (!document) return DocumentMatch.UNSPECIFIED;
  const bearing = history.filter((body) => body.forms.some((form) => isDigestOf(form, document)));
  if (bearing.length === 0) return DocumentMatch.NONE;
  return bearing.some((body) => body.identifier === identifier)
    ? DocumentMatch.MATCHES
    : DocumentMatch.OTHER_VERSION;
}

function isDigestOf(
  form: { what: string; algorithm: string; value: Uint8Array },
  document: DocumentDigest,
): boolean {
  return (
    (document.what === '' || form.what === document.what) &&
    form.algorithm === document.algorithm &&
    Buffer.from(form.value).equals(document.value)
  );
}
