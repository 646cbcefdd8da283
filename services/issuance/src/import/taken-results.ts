import type { Reader } from '@lianzheng/db';
import { type ImportRowResult, ImportRowsResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { findBatches } from '../store/import-jobs.ts';

/** How rows `from` ≤ row < `to`, which were taken before, were answered. */
export async function findTakenResults(
  reader: Reader,
  jobId: string,
  from: number,
  to: number,
): Promise<ImportRowResult[]> {
  if (from >= to) return [];
  const batches = await findBatches(reader, jobId, from, to);
  return batches.flatMap(({ firstRow, results }) =>
    ImportRowsResponse.decode(results).results.slice(Math.max(0, from - firstRow), to - firstRow),
  );
}
