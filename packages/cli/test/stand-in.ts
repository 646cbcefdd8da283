import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import {
  type ImportJob,
  ImportOutcome,
  type ImportRowResult,
  type ImportRowsRequest,
  IssuanceServiceService,
} from '@lianzheng/proto/issuance/v1/issuance';
import { bind, outOfRange, startServer } from '@lianzheng/rpc';

/**
 * What an import needs of issuance, over real gRPC, so that an answer can be lost and a call held: rows are taken without
 * a gap, those that were taken answer as before. The real one is driven by e2e.
 */
export type StandIn = {
  readonly args: readonly string[];
  /** Every row that was taken, once each, in order. */
  readonly taken: { line: number; values: Record<string, string> }[];
  /** Called for each batch before it is taken and again after; what it throws is answered. */
  onBatch: (when: 'before' | 'after', request: ImportRowsRequest) => Promise<void> | void;
  job: ImportJob;
  stop(): Promise<void>;
};

export async function startStandIn(dir: string): Promise<StandIn> {
  const now = new Date();
  const authority = await createAuthority({ commonName: 'test', days: 1, now });
  const identity = async (uri: string, kind: 'service' | 'caller') => {
    const names = {
      commonName: uri.split('/').at(-1)!,
      uri,
      dnsNames: kind === 'service' ? ['localhost'] : [],
    };
    const { csrPem, keyPem } = await makeRequest(names);
    return {
      cert: await issueCertificate(authority, csrPem, { kind, allow: names, days: 1, now }),
      key: keyPem,
    };
  };
  const server = await identity('lianzheng://440100/service/issuance', 'service');
  const caller = await identity('lianzheng://440100/department/11440100YH00010374', 'caller');
  await mkdir(dir, { recursive: true });
  const files = { ca: authority.certPem, cert: caller.cert, key: caller.key };
  for (const [name, pem] of Object.entries(files)) await writeFile(join(dir, `${name}.pem`), pem);

  const results: ImportRowResult[] = [];
  const standIn: Pick<StandIn, 'taken' | 'onBatch' | 'job'> = {
    taken: [],
    onBatch: () => {},
    job: { jobId: 'job-1', rowsTaken: 0n, issued: 0n, unchanged: 0n, failed: 0n, finished: false },
  };
  const job = () => ({ ...standIn.job });

  function take({ firstRow, rows }: ImportRowsRequest): ImportRowResult[] {
    const first = Number(firstRow);
    if (first > results.length) throw outOfRange('ROWS_MISSING', 'rows are missing');
    for (const row of rows.slice(results.length - first)) {
      const bad = !row.values.ZZBH || row.values.ZZBH.startsWith('bad');
      standIn.taken.push({ line: Number(row.line), values: row.values });
      results.push({
        line: row.line,
        outcome: bad ? ImportOutcome.FAILED : ImportOutcome.ISSUED,
        identifier: '',
        errors: bad ? [{ column: 'ZZBH', reason: '不行 / is bad' }] : [],
      });
      standIn.job = {
        ...standIn.job,
        rowsTaken: BigInt(results.length),
        issued: standIn.job.issued + (bad ? 0n : 1n),
        failed: standIn.job.failed + (bad ? 1n : 0n),
      };
    }
    return results.slice(first, first + rows.length);
  }

  const handlers = {
    startImport: async () => ({ job: job() }),
    async importRows(request: ImportRowsRequest) {
      await standIn.onBatch('before', request);
      const answers = take(request);
      await standIn.onBatch('after', request);
      return { results: answers, job: job() };
    },
    async finishImport() {
      standIn.job = { ...standIn.job, finished: true };
      return { job: job() };
    },
  };
  const { startImport, importRows, finishImport } = IssuanceServiceService;
  const running = await startServer({
    address: '127.0.0.1:0',
    tls: { ca: authority.certPem, cert: server.cert, key: server.key },
    services: [bind({ startImport, importRows, finishImport }, handlers)],
    roles,
    authorise: () => new Set(['ISSUING']),
  });
  const at = ['--address', `localhost:${running.port}`, '--node', '440100'];
  const args = [...at, ...Object.keys(files).flatMap((name) => [`--${name}`, join(dir, `${name}.pem`)])];
  return Object.assign(standIn, { args, stop: () => running.stop() });
}
