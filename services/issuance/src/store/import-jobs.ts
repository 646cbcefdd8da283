import type { Reader, Tx } from '@lianzheng/db';

export interface ImportJobRow {
  readonly jobId: string;
  readonly issuerCode: string;
  readonly requestId: string;
  readonly caseNumber: string;
  readonly officer: string;
  readonly fileDigest: Buffer;
  readonly rowsTaken: number;
  readonly issued: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly finished: boolean;
}

const COLUMNS = `job_id AS "jobId", issuer_code AS "issuerCode", request_id AS "requestId", case_number AS "caseNumber",
  officer, file_digest AS "fileDigest", rows_taken AS "rowsTaken", issued, unchanged, failed, finished`;

export interface NewImportJob {
  readonly jobId: string;
  readonly issuerCode: string;
  readonly requestId: string;
  readonly caseNumber: string;
  readonly officer: string;
  readonly fileDigest: Buffer;
  readonly totalRows: number;
  readonly createdAt: Date;
}

/** The job of this request id: a new one, or the one that was opened before. */
export async function openJob(tx: Tx, job: NewImportJob): Promise<ImportJobRow> {
  await tx.execute(
    `INSERT INTO import_job (job_id, issuer_code, request_id, case_number, officer, file_digest, total_rows, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (issuer_code, request_id) DO NOTHING`,
    [
      job.jobId,
      job.issuerCode,
      job.requestId,
      job.caseNumber,
      job.officer,
      job.fileDigest,
      job.totalRows,
      job.createdAt,
    ],
  );
  const row = await tx.row<ImportJobRow>(
    `SELECT ${COLUMNS} FROM import_job WHERE issuer_code = $1 AND request_id = $2`,
    [job.issuerCode, job.requestId],
  );
  return row!;
}

export function findJob(reader: Reader, jobId: string): Promise<ImportJobRow | undefined> {
  return reader.row(`SELECT ${COLUMNS} FROM import_job WHERE job_id = $1`, [jobId], { name: 'find_job' });
}

export function lockJob(tx: Tx, jobId: string): Promise<ImportJobRow | undefined> {
  return tx.row(`SELECT ${COLUMNS} FROM import_job WHERE job_id = $1 FOR UPDATE`, [jobId], {
    name: 'lock_job',
  });
}

export interface TakenRows {
  readonly jobId: string;
  readonly firstRow: number;
  readonly rowCount: number;
  readonly issued: number;
  readonly unchanged: number;
  readonly failed: number;
  /** An encoded ImportRowsResponse without its job. */
  readonly results: Buffer;
}

/** In the transaction that issues the rows: a killed import goes on after them. */
export async function takeRows(tx: Tx, taken: TakenRows): Promise<ImportJobRow> {
  await tx.execute(
    'INSERT INTO import_batch (job_id, first_row, row_count, results) VALUES ($1, $2, $3, $4)',
    [taken.jobId, taken.firstRow, taken.rowCount, taken.results],
    { name: 'insert_import_batch' },
  );
  const row = await tx.row<ImportJobRow>(
    `UPDATE import_job SET rows_taken = rows_taken + $2, issued = issued + $3, unchanged = unchanged + $4,
            failed = failed + $5 WHERE job_id = $1 RETURNING ${COLUMNS}`,
    [taken.jobId, taken.rowCount, taken.issued, taken.unchanged, taken.failed],
    { name: 'take_rows' },
  );
  return row!;
}

/** Batches that have rows from `from` up to but not including `to`, in order. */
export function findBatches(
  reader: Reader,
  jobId: string,
  from: number,
  to: number,
): Promise<{ firstRow: number; results: Buffer }[]> {
  return reader.rows(
    `SELECT first_row AS "firstRow", results FROM import_batch
      WHERE job_id = $1 AND first_row < $3 AND first_row + row_count > $2 ORDER BY first_row`,
    [jobId, from, to],
  );
}

export async function finishJob(tx: Tx, jobId: string): Promise<ImportJobRow> {
  const row = await tx.row<ImportJobRow>(
    `UPDATE import_job SET finished = true WHERE job_id = $1 RETURNING ${COLUMNS}`,
    [jobId],
  );
  return row!;
}

/**
 * Forgets finished jobs of that age with the answers of their batches; one that is not finished may still be gone on with.
 * Returns how many.
 */
export async function sweepJobs(tx: Tx, before: Date, limit: number): Promise<number> {
  const old = await tx.rows<{ jobId: string }>(
    'SELECT job_id AS "jobId" FROM import_job WHERE finished AND created_at < $1 LIMIT $2',
    [before, limit],
  );
  const jobIds = old.map(({ jobId }) => jobId);
  await tx.execute('DELETE FROM import_batch WHERE job_id = ANY ($1::text[])', [jobIds]);
  return tx.execute('DELETE FROM import_job WHERE job_id = ANY ($1::text[])', [jobIds]);
}
