import { type AccessInput, recordAccess } from '@lianzheng/access';
import type { Tx } from '@lianzheng/db';
import { versionOf } from '@lianzheng/licence';
import {
  ImportOutcome,
  type ImportRowResult,
  ImportRowsResponse,
} from '@lianzheng/proto/issuance/v1/issuance';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Context } from '../context.ts';
import type { Plan } from '../domain/plan.ts';
import { jwsPlace } from '../licence-message.ts';
import type { VersionEffect } from '../rounds/writes.ts';
import { type Change, insertChanges } from '../store/changes.ts';
import { identityOf } from '../store/identity.ts';
import { type ImportJobRow, lockJob, takeRows } from '../store/import-jobs.ts';
import { advanceLicences, insertLicences, lockLicences } from '../store/licences.ts';
import { insertVersions, type NewVersion } from '../store/versions.ts';
import { holderQueries, signedBody, versionEffect } from '../version-effect.ts';
import { type DecidedRow, resultOf } from './segment.ts';

/** Something that the rows were decided on has changed: they are decided anew. */
export class SegmentMoved extends Error {
  override readonly name = 'SegmentMoved';
}

interface SignedRow {
  readonly plan: Plan;
  readonly decidedAt: Date;
  readonly version: VersionEffect;
}

/**
 * Signs and issues the rows that were decided, and takes all of them: one transaction. No intent is written down: until
 * it commits nobody has seen an identifier, and the file brings the same rows again.
 */
export async function takeSegment(
  context: Context,
  job: ImportJobRow,
  rows: readonly DecidedRow[],
  traceparent: string | undefined,
  served: (subjects: readonly string[], at: Date) => AccessInput,
): Promise<{ job: ImportJobRow; results: ImportRowResult[] }> {
  const signed = await signRows(context, job.issuerCode, rows);
  const { database, clock, vault, relay } = context;
  const now = clock.now();
  const results = rows.map((row) =>
    'result' in row ? row.result : resultOf(row.row, ImportOutcome.ISSUED, row.plan.body.identifier),
  );
  const entries = signed.map((row) => ({
    ...row,
    body: signedBody(row.plan, row.version, { decidedAt: row.decidedAt, now }),
  }));
  const sealed = entries.map(({ body, version }) =>
    vault().seal(jwsPlace(body.identifier), Buffer.from(version.jws, 'latin1')),
  );
  const taken = await database.tx(
    async (tx) => {
      const held = await lockJob(tx, job.jobId);
      if (!held || held.rowsTaken !== job.rowsTaken || held.finished) throw new SegmentMoved();
      await issueRows(tx, entries, sealed, traceparent);
      const identifiers = entries.map(({ body }) => body.identifier);
      await recordAccess(tx, [served([job.jobId, ...identifiers], now)]);
      return takeRows(tx, { jobId: job.jobId, firstRow: job.rowsTaken, ...figures(results) });
    },
    { retrySerialization: 3 },
  );
  relay.wake();
  return { job: taken, results };
}

async function signRows(
  { signing }: Context,
  departmentCode: string,
  rows: readonly DecidedRow[],
): Promise<SignedRow[]> {
  const planned = rows.filter((row) => 'plan' in row);
  const [jws, indices] = await Promise.all([
    Promise.all(planned.map(({ plan }) => signing.sign({ departmentCode, payload: plan.payload }))),
    Promise.all(planned.map(({ plan }) => signing.index(holderQueries(plan)))),
  ]);
  return planned.map(({ plan, decidedAt }, n) => ({
    plan,
    decidedAt,
    version: versionEffect(jws[n]!, indices[n]!),
  }));
}

type IssuedRow = SignedRow & { readonly body: StatusBody };

async function issueRows(
  tx: Tx,
  rows: readonly IssuedRow[],
  sealed: readonly Buffer[],
  traceparent: string | undefined,
): Promise<void> {
  const renewed = rows.filter(({ plan }) => plan.base);
  const locked = await lockLicences(
    tx,
    renewed.map(({ body }) => identityOf(body.identifier)),
  );
  const revisionOf = new Map(locked.map(({ licenceId, newest }) => [licenceId, newest.revision]));
  if (renewed.some(({ plan }) => revisionOf.get(plan.base!.licenceId) !== plan.base!.revision)) {
    throw new SegmentMoved();
  }
  const created = rows.filter(({ plan }) => !plan.base);
  const ids = await insertLicences(
    tx,
    created.map(({ plan, body }) => ({
      ...identityOf(body.identifier),
      numberIndex: plan.numberIndex,
      revision: body.revision,
    })),
  );
  if (ids.includes(undefined)) throw new SegmentMoved();
  const idOf = new Map(created.map((row, n) => [row, ids[n]!]));
  const versions: NewVersion[] = [];
  const changes: Change[] = [];
  for (const [n, row] of rows.entries()) {
    const { body, version, plan } = row;
    const licenceId = plan.base?.licenceId ?? idOf.get(row)!;
    const { jwsDigest, holders } = version;
    versions.push({
      licenceId,
      version: versionOf(body.identifier),
      sealedJws: sealed[n]!,
      jwsDigest,
      holders,
    });
    changes.push({ licenceId, body, holders, traceparent });
  }
  await insertVersions(tx, versions);
  await insertChanges(tx, changes);
  await advanceLicences(
    tx,
    renewed.map(({ plan, body }) => ({
      licenceId: plan.base!.licenceId,
      revision: body.revision,
      numberIndex: undefined,
    })),
  );
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
