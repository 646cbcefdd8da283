import { type AccessInput, recordAccess } from '@lianzheng/access';
import type { Tx } from '@lianzheng/db';
import {
  ImportOutcome,
  type ImportRowResult,
  ImportRowsResponse,
} from '@lianzheng/proto/issuance/v1/issuance';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Context } from '../context.ts';
import type { Plan } from '../domain/plan.ts';
import { type NewEntry, type VersionEffect, writeEntries } from '../rounds/entries.ts';
import { identityOf } from '../store/identity.ts';
import { type ImportJobRow, lockJob, takeRows } from '../store/import-jobs.ts';
import { insertLicences, lockLicences } from '../store/licences.ts';
import { holderQueries, signedBody, versionEffect } from '../version-effect.ts';
import { type DecidedRow, resultOf } from './segment.ts';

/** Something that the rows were decided on has changed: they are decided anew. */
export class SegmentMoved extends Error {
  override readonly name = 'SegmentMoved';
}

export interface SignedRow {
  readonly plan: Plan;
  readonly decidedAt: Date;
  readonly version: VersionEffect;
}

/**
 * Issues the rows that were decided and signed, and takes all of them: one transaction. No intent is written down: until
 * it commits nobody has seen an identifier, and the file brings the same rows again.
 */
export async function takeSegment(
  context: Context,
  job: ImportJobRow,
  { rows, signed }: SignedSegment,
  traceparent: string | undefined,
  served: (subjects: readonly string[], at: Date) => AccessInput,
): Promise<{ job: ImportJobRow; results: ImportRowResult[] }> {
  const { database, clock, sealJws, relay } = context;
  const now = clock.now();
  const results = rows.map((row) =>
    'result' in row ? row.result : resultOf(row.row, ImportOutcome.ISSUED, row.plan.body.identifier),
  );
  const entries = signed.map((row) => ({
    ...row,
    body: signedBody(row.plan, row.version, { decidedAt: row.decidedAt, now }),
  }));
  const taken = await database.tx(
    async (tx) => {
      const held = await lockJob(tx, job.jobId);
      if (!held || held.rowsTaken !== job.rowsTaken || held.finished) throw new SegmentMoved();
      await writeEntries(tx, await entriesOf(tx, entries, { act: job, traceparent }), sealJws);
      const identifiers = entries.map(({ body }) => body.identifier);
      await recordAccess(tx, [served([job.jobId, ...identifiers], now)]);
      return takeRows(tx, { jobId: job.jobId, firstRow: job.rowsTaken, ...figures(results) });
    },
    { retrySerialization: 3 },
  );
  relay.wake();
  return { job: taken, results };
}

export interface SignedSegment {
  readonly rows: readonly DecidedRow[];
  /** Those of them that are issued. */
  readonly signed: readonly SignedRow[];
}

/** Changes nothing: what was signed counts once it is taken. */
export async function signSegment(
  { signing }: Context,
  departmentCode: string,
  rows: readonly DecidedRow[],
  traceparent: string | undefined,
): Promise<SignedSegment> {
  const planned = rows.filter((row) => 'plan' in row);
  const [jws, indices] = await Promise.all([
    Promise.all(
      planned.map(({ plan }) => signing.sign({ departmentCode, payload: plan.payload, traceparent })),
    ),
    Promise.all(planned.map(({ plan }) => signing.index({ queries: holderQueries(plan), traceparent }))),
  ]);
  const signed = planned.map(({ plan, decidedAt }, n) => ({
    plan,
    decidedAt,
    version: versionEffect(jws[n]!, indices[n]!),
  }));
  return { rows, signed };
}

type IssuedRow = SignedRow & { readonly body: StatusBody };

/** Throws SegmentMoved where a row's identifier or number was taken, or its licence changed, since it was decided. */
async function entriesOf(
  tx: Tx,
  rows: readonly IssuedRow[],
  common: Pick<NewEntry, 'act' | 'traceparent'>,
): Promise<NewEntry[]> {
  const renewed = rows.filter(({ plan }) => plan.base);
  const locked = await lockLicences(
    tx,
    renewed.map(({ body }) => identityOf(body.identifier)),
  );
  const standing = new Map(locked.map((licence) => [licence.licenceId, licence]));
  const created = rows.filter(({ plan }) => !plan.base);
  const ids = await insertLicences(
    tx,
    created.map(({ plan, body }) => ({
      ...identityOf(body.identifier),
      numberIndex: plan.numberIndex,
      revision: body.revision,
    })),
  );
  const idOf = new Map(created.map((row, n) => [row, ids[n]]));
  return rows.map((row): NewEntry => {
    const { plan, body, version } = row;
    const before = plan.base && standing.get(plan.base.licenceId);
    const licenceId = plan.base?.licenceId ?? idOf.get(row);
    if (licenceId === undefined || before?.newest.revision !== plan.base?.revision) throw new SegmentMoved();
    return { ...common, licenceId, body, version, before, numberIndex: undefined };
  });
}

function figures(results: readonly ImportRowResult[]) {
  const count = (wanted: ImportOutcome) => results.filter(({ outcome }) => outcome === wanted).length;
  const encoded = ImportRowsResponse.encode({ results: [...results], job: undefined }).finish();
  return {
    rowCount: results.length,
    issued: count(ImportOutcome.ISSUED),
    unchanged: count(ImportOutcome.UNCHANGED),
    failed: count(ImportOutcome.FAILED),
    results: Buffer.from(encoded),
  };
}
