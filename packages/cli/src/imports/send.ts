import { setTimeout as wait } from 'node:timers/promises';
import type { ImportRowsResponse } from '@lianzheng/proto/issuance/v1/issuance';
import { isMeshError } from '@lianzheng/rpc/errors';
import type { IssuanceClient } from '../licence-command.ts';
import type { Session } from '../session.ts';
import type { Batch } from './batches.ts';

export type Answered = { readonly batch: Batch; readonly response: ImportRowsResponse };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** One is read and decided while another is signed and a third is written. */
const UNDER_WAY = 3;

/**
 * Sends the batches in order, three under way at a time, and gives the answers in order. A batch whose answer was lost is
 * sent again, for `patienceMs` at most: rows that were taken answer as before. Throws MeshError.
 */
export async function* sendBatches(
  client: IssuanceClient,
  session: Session,
  jobId: string,
  batches: AsyncIterable<Batch>,
  patienceMs: number,
): AsyncGenerator<Answered, void, undefined> {
  const underWay: Promise<Answered>[] = [];
  for await (const batch of batches) {
    const current = sendAfter(underWay.at(-1), batch);
    // Awaited below, in order; a failure must not count as unhandled until then.
    current.catch(() => {});
    underWay.push(current);
    if (underWay.length === UNDER_WAY) yield await underWay.shift()!;
  }
  for (const last of underWay) yield await last;

  async function sendAfter(previous: Promise<Answered> | undefined, batch: Batch): Promise<Answered> {
    try {
      return await send(batch);
    } catch (error) {
      // It overtook the one before.
      if (!previous || !isMeshError(error, 'OUT_OF_RANGE')) throw error;
      await previous;
      return send(batch);
    }
  }

  async function send(batch: Batch): Promise<Answered> {
    const rows = batch.rows.map(({ line, values }) => ({ line: BigInt(line), values: { ...values } }));
    const startedMs = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const request = { jobId, firstRow: BigInt(batch.firstRow), rows };
        return { batch, response: await client.importRows(request, session.call) };
      } catch (error) {
        const passing = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'ABORTED'].some(
          (code) => isMeshError(error) && error.code === code,
        );
        if (!passing || performance.now() - startedMs + pauseMs > patienceMs) throw error;
        await wait(pauseMs, undefined, { signal: session.call.signal }).catch(() => {
          throw error;
        });
      }
    }
  }
}

/** Failed rows of an answer as the result file has them; what our own reading found counts first. */
export function failedRows({ batch, response }: Answered) {
  return batch.rows.flatMap(({ line, faults }, i) => {
    const errors = faults.length > 0 ? faults : (response.results[i]?.errors ?? []);
    return errors.map(({ column, reason }) => ({ line, column, reason }));
  });
}
