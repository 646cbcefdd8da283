import { startOfDay } from '@lianzheng/licence';
import type { CommandHeader } from '@lianzheng/proto/issuance/v1/issuance';
import { textFault } from './text.ts';
import { type Violation, violation } from './violation.ts';

/** Who does it, in which case, and when it was decided; every command has one. */
export interface Header {
  readonly requestId: string;
  readonly caseNumber: string;
  readonly officer: string;
  readonly decidedAt: Date;
}

/** 1949-10-01: nothing was decided before. */
const EARLIEST_DECISION = startOfDay('1949-10-01');
/** A caller's clock may run ahead of ours by so much; the entry then says our time. */
const CLOCK_TOLERANCE_MS = 5_000;
const LABEL = { maxLength: 64, required: true };

/** Adds what is wrong to `faults`; then the header must not be used. */
export function checkHeader(header: CommandHeader | undefined, now: Date, faults: Violation[]): Header {
  const { requestId = '', caseNumber = '', officer = '', decidedAt } = header ?? {};
  for (const [field, text] of Object.entries({ request_id: requestId, case_number: caseNumber, officer })) {
    const fault = textFault(`header.${field}`, text, LABEL);
    if (fault) faults.push(fault);
  }
  const fault = decisionFault(decidedAt, now);
  if (fault) faults.push(fault);
  return { requestId, caseNumber, officer, decidedAt: decidedAt ?? now };
}

function decisionFault(decidedAt: Date | undefined, now: Date): Violation | undefined {
  const field = 'header.decided_at';
  if (!decidedAt) return violation(field, '必填', 'required');
  if (Number.isNaN(decidedAt.getTime())) return violation(field, '不是有效时间', 'not a time');
  if (decidedAt < EARLIEST_DECISION) return violation(field, '早于1949-10-01', 'before 1949-10-01');
  if (decidedAt.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) {
    return violation(field, '不能晚于现在', 'lies in the future');
  }
  return undefined;
}
