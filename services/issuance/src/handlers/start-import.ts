import { randomUUID } from 'node:crypto';
import { recordAccess } from '@lianzheng/access';
import type { Tx } from '@lianzheng/db';
import type { StartImportRequest, StartImportResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Call } from '@lianzheng/rpc';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { checkHeader } from '../domain/header.ts';
import { type Violation, violation } from '../domain/violation.ts';
import { requestIdReused } from '../refused.ts';
import { openJob } from '../store/import-jobs.ts';
import { claimPlainly } from '../store/requests.ts';
import { type Issuer, requireIssuer, requireReady } from './issuer.ts';
import { jobMessage } from './own-job.ts';
import { commandOf, refuseFaults } from './parse-command.ts';

const DIGEST_BYTES = 32;

export function startImport(context: Context) {
  return async (request: StartImportRequest, call: Call): Promise<StartImportResponse> => {
    const issuer = requireIssuer(context, call);
    requireReady(context);
    const command = parse(context, call, issuer, request);
    const job = await context.database.tx((tx) => open(tx, context, command, request));
    return { job: jobMessage(job) };
  };
}

async function open(tx: Tx, { clock }: Context, command: Command, request: StartImportRequest) {
  const { issuerCode, header, digest } = command;
  const { requestId, caseNumber, officer } = header;
  const now = clock.now();
  if (!(await claimPlainly(tx, { issuerCode, requestId, digest, createdAt: now })))
    throw requestIdReused(requestId);
  const job = await openJob(tx, {
    jobId: randomUUID(),
    issuerCode,
    requestId,
    caseNumber,
    officer,
    fileDigest: request.fileDigest,
    totalRows: Number(request.totalRows),
    createdAt: now,
  });
  // The job outlives the request's 90 days.
  if (!job.fileDigest.equals(request.fileDigest)) throw requestIdReused(requestId);
  await recordAccess(tx, [command.served([job.jobId], now)]);
  return job;
}

function parse(context: Context, call: Call, issuer: Issuer, request: StartImportRequest): Command {
  const faults: Violation[] = [];
  const now = context.clock.now();
  // decided_at is not used: each row has its own day.
  const header = checkHeader(request.header && { ...request.header, decidedAt: now }, now, faults);
  if (request.fileDigest.length !== DIGEST_BYTES) {
    faults.push(violation('file_digest', '应为32字节的SHA-256', 'must be a SHA-256 of 32 bytes'));
  }
  if (request.totalRows > BigInt(Number.MAX_SAFE_INTEGER)) {
    faults.push(violation('total_rows', '过大', 'too large'));
  }
  refuseFaults(faults);
  const { requestId, caseNumber, officer } = header;
  const json = { requestId, caseNumber, officer, file: request.fileDigest.toString('hex') };
  return commandOf(context, call, issuer.code, header, request, json);
}
