import { accessOf } from '@lianzheng/access';
import type {
  ImportRow,
  ImportRowResult,
  ImportRowsRequest,
  ImportRowsResponse,
} from '@lianzheng/proto/issuance/v1/issuance';
import { type Call, failedPrecondition, isMeshError, outOfRange } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import type { StockIssuer } from '../domain/import-row.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { decideRows, firstSegment, readRows } from '../import/segment.ts';
import { SegmentMoved, type SignedSegment, signSegment, takeSegment } from '../import/take-segment.ts';
import { findTakenResults } from '../import/taken-results.ts';
import { createTurns, type Turn } from '../import/turns.ts';
import { licenceBusy } from '../refused.ts';
import type { ImportJobRow } from '../store/import-jobs.ts';
import { type Issuer, issuableType, requireIssuer, requireReady } from './issuer.ts';
import { jobMessage, requireOwnJob } from './own-job.ts';
import { refuseFaults } from './parse-command.ts';

const MAX_ROWS = 1_000;
/** In a row so often another command may come between before the caller has to try again. */
const MAX_ATTEMPTS = 8;

export function importRows(context: Context) {
  const turns = createTurns();
  return async (request: ImportRowsRequest, call: Call): Promise<ImportRowsResponse> => {
    const issuer = requireIssuer(context, call);
    requireReady(context);
    const firstRow = parse(request);
    const turn = turns.enter(request.jobId, firstRow, firstRow + request.rows.length);
    const results: ImportRowResult[] = [];
    let moved = 0;
    try {
      while (results.length < request.rows.length || moved > 0) {
        const job = await requireOwnJob(context, request.jobId, issuer.code);
        const next = firstRow + results.length;
        const rows = request.rows.slice(results.length);
        const step = await takeNext(context, call, { issuer, job, next, rows, turn });
        results.push(...step);
        moved = step.length === 0 ? moved + 1 : 0;
        if (moved > MAX_ATTEMPTS) throw licenceBusy();
      }
      return { results, job: jobMessage(await requireOwnJob(context, request.jobId, issuer.code)) };
    } finally {
      turn.leave();
    }
  };
}

interface Step {
  readonly issuer: Issuer;
  readonly job: ImportJobRow;
  /** Number of the first of `rows`. */
  readonly next: number;
  readonly rows: readonly ImportRow[];
  readonly turn: Turn;
}

/** Results of at least one of the rows from `next` on; none when something came between. */
async function takeNext(context: Context, call: Call, step: Step): Promise<ImportRowResult[]> {
  const { job, next, rows, turn } = step;
  const { caseNumber, officer } = job;
  const served = (subjects: readonly string[], at: Date) =>
    accessOf(call, { caseNumber, officer, subjects }, 'OK', at);
  if (next < job.rowsTaken) {
    const to = Math.min(job.rowsTaken, next + rows.length);
    await context.access.record(served([job.jobId], context.clock.now()));
    return context.database.read((reader) => findTakenResults(reader, job.jobId, next, to));
  }
  if (!turn.before) requireNext(job, next);
  const { segment, isFinal } = await prepare(context, step, call.traceparent);
  let due = job;
  if (next > job.rowsTaken) {
    await turn.before;
    due = await requireOwnJob(context, job.jobId, step.issuer.code);
    requireNext(due, next);
    if (!isFinal || due.rowsTaken !== next) return [];
  }
  try {
    const taken = await takeSegment(context, due, segment, call.traceparent, served);
    context.events.rowsTaken(due.jobId, taken.job);
    return taken.results;
  } catch (error) {
    if (error instanceof SegmentMoved) return [];
    throw error;
  }
}

/**
 * The first rows, decided and signed. Not final: a row was refused or found unchanged by what is known so far, and the rows
 * before these, still under way, may tell otherwise. (What is to be issued is compared again when it is taken.)
 */
async function prepare(
  context: Context,
  { issuer, rows }: Step,
  traceparent: string | undefined,
): Promise<{ segment: SignedSegment; isFinal: boolean }> {
  const read = firstSegment(readRows(context, stockIssuer(context, issuer), rows));
  const decided = await decideRows(context, read);
  const segment = await signSegment(context, issuer.code, decided, traceparent);
  return { segment, isFinal: read.every((row, n) => 'result' in row || 'plan' in decided[n]!) };
}

function requireNext(job: ImportJobRow, next: number): void {
  if (next > job.rowsTaken) {
    throw outOfRange('ROWS_MISSING', `下一行应为 ${job.rowsTaken} / the next row is ${job.rowsTaken}`, {
      rows_taken: String(job.rowsTaken),
    });
  }
  if (job.finished) throw failedPrecondition('JOB_FINISHED', '导入任务已结束 / the import job is finished');
}

function stockIssuer(context: Context, { code, name }: Issuer): StockIssuer {
  const known = new Map<string, ReturnType<StockIssuer['typeOf']>>();
  return {
    code,
    name,
    typeOf(typeCode) {
      if (!known.has(typeCode)) known.set(typeCode, typeOrFault(context, code, typeCode));
      return known.get(typeCode);
    },
  };
}

/** What refuses a command as a whole is a fault of the row here. */
function typeOrFault(
  context: Context,
  issuerCode: string,
  typeCode: string,
): ReturnType<StockIssuer['typeOf']> {
  try {
    return issuableType(context, issuerCode, typeCode)?.type;
  } catch (error) {
    if (!isMeshError(error)) throw error;
    return { field: 'type_code', description: error.message };
  }
}

function parse({ jobId, firstRow, rows }: ImportRowsRequest): number {
  const faults: Violation[] = [];
  if (jobId === '') faults.push(violation('job_id', '必填', 'required'));
  if (firstRow > BigInt(Number.MAX_SAFE_INTEGER)) faults.push(violation('first_row', '过大', 'too large'));
  if (rows.length === 0) faults.push(violation('rows', '至少一行', 'at least one row'));
  if (rows.length > MAX_ROWS) faults.push(violation('rows', `最多${MAX_ROWS}行`, `at most ${MAX_ROWS} rows`));
  refuseFaults(faults);
  return Number(firstRow);
}
