import type { ImportJob } from '@lianzheng/proto/issuance/v1/issuance';
import { notFound, permissionDenied } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { findJob, type ImportJobRow } from '../store/import-jobs.ts';

export async function requireOwnJob(
  { database }: Pick<Context, 'database'>,
  jobId: string,
  issuerCode: string,
): Promise<ImportJobRow> {
  const job = await database.read((reader) => findJob(reader, jobId));
  if (!job) throw notFound('导入任务 / import job', 'JOB_NOT_FOUND');
  if (job.issuerCode === issuerCode) return job;
  throw permissionDenied('NOT_OWN_JOB', '不是本部门的导入任务 / a job of another department');
}

export function jobMessage(job: ImportJobRow): ImportJob {
  return {
    jobId: job.jobId,
    rowsTaken: BigInt(job.rowsTaken),
    issued: BigInt(job.issued),
    unchanged: BigInt(job.unchanged),
    failed: BigInt(job.failed),
    finished: job.finished,
  };
}
