import { accessOf, recordAccess } from '@lianzheng/access';
import type { FinishImportRequest, FinishImportResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { finishJob } from '../store/import-jobs.ts';
import { requireIssuer, requireReady } from './issuer.ts';
import { jobMessage, requireOwnJob } from './own-job.ts';

/** The same again answers the same. */
export function finishImport(context: Context) {
  return async ({ jobId }: FinishImportRequest, call: Call): Promise<FinishImportResponse> => {
    const issuer = requireIssuer(context, call);
    requireReady(context);
    const { caseNumber, officer } = await requireOwnJob(context, jobId, issuer.code);
    const job = await context.database.tx(async (tx) => {
      const facts = { caseNumber, officer, subjects: [jobId] };
      await recordAccess(tx, [accessOf(call, facts, 'OK', context.clock.now())]);
      return finishJob(tx, jobId);
    });
    context.events.importFinished(jobId, job.rowsTaken);
    return { job: jobMessage(job) };
  };
}
