import { IdentifierError, type LicenceIdentifier, parseIdentifier } from '@lianzheng/identifier';
import type { DocumentDigest, VerifyLicenceRequest } from '@lianzheng/proto/exchange/v1/exchange';
import { type FieldViolation, invalidArgument } from '@lianzheng/rpc/errors';
import { licenceKey } from './keys.ts';

export const DEFAULT_STALENESS_MS = 10_000;

/** A verification question, checked. */
export type Question = {
  identifier: LicenceIdentifier;
  /** Key of the licence, all versions. */
  key: bigint;
  document: DocumentDigest | undefined;
  asOf: Date | undefined;
  knownAt: Date | undefined;
  maxStalenessMs: number;
  withProof: boolean;
};

/** Throws INVALID_ARGUMENT with every violation at once. */
export function parseQuestion(request: VerifyLicenceRequest, now: Date): Question {
  const fields: FieldViolation[] = [];
  const identifier = readIdentifier(request.identifier, fields);
  checkTime('as_of', request.asOf, now, fields);
  checkTime('known_at', request.knownAt, now, fields);
  checkTexts(request, fields);
  checkDocument(request.document, fields);
  if (!identifier || fields.length > 0) throw invalidArgument(fields);
  return {
    identifier,
    key: licenceKey(identifier.id),
    document: request.document,
    asOf: request.asOf,
    knownAt: request.knownAt,
    maxStalenessMs: request.maxStalenessMs ?? DEFAULT_STALENESS_MS,
    withProof: request.withProof,
  };
}

export function readIdentifier(text: string, fields: FieldViolation[]): LicenceIdentifier | undefined {
  try {
    return parseIdentifier(text);
  } catch (error) {
    if (!(error instanceof IdentifierError)) throw error;
    fields.push({ field: 'identifier', description: error.message });
    return undefined;
  }
}

const EARLIEST_MS = Date.UTC(1949, 9, 1);

function checkTime(field: string, at: Date | undefined, now: Date, fields: FieldViolation[]): void {
  if (!at) return;
  const ms = at.getTime();
  if (Number.isNaN(ms) || ms < EARLIEST_MS)
    fields.push({ field, description: '时间不合理 not a sensible time' });
  else if (ms > now.getTime()) fields.push({ field, description: '不能是将来 must not be in the future' });
}

const texts = [
  ['case_number', 'caseNumber'],
  ['matter_code', 'matterCode'],
  ['officer', 'officer'],
] as const;

export function checkTexts(
  request: { caseNumber: string; matterCode: string; officer: string },
  fields: FieldViolation[],
): void {
  for (const [field, key] of texts) {
    const value = request[key];
    if (value.length > 64 || /\p{Cc}/u.test(value))
      fields.push({
        field,
        description: '最多 64 个字符，无控制字符 at most 64 characters, no control characters',
      });
  }
}

function checkDocument(document: DocumentDigest | undefined, fields: FieldViolation[]): void {
  if (!document) return;
  if (!['SHA-256', 'SM3'].includes(document.algorithm))
    fields.push({ field: 'document.algorithm', description: 'SHA-256 或 or SM3' });
  if (document.value.length !== 32) fields.push({ field: 'document.value', description: '32 字节 bytes' });
  if (!['', 'jws', 'ofd', 'data'].includes(document.what))
    fields.push({ field: 'document.what', description: 'jws, ofd, data' });
}
