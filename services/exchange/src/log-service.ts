import { logReads } from '@lianzheng/log';
import type {
  GetConsistencyProofRequest,
  GetConsistencyProofResponse,
  GetHeadRequest,
  GetHeadResponse,
  LogName,
  LogServiceService,
} from '@lianzheng/proto/log/v1/log';
import type { Call, Handlers } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import { copySource } from './copy-source.ts';
import type { Parts } from './parts.ts';

/** LogService over every log that this node holds, with what witnesses cosigned. */
export function logHandlers(parts: Parts): Handlers<typeof LogServiceService> {
  const { context, copies, former } = parts;
  const reads = whereComplete(parts, logReads(copySource({ database: context.database, copies, former })));
  return {
    ...reads,
    getHead: async (request: GetHeadRequest, call: Call) =>
      withCosigned(parts, await (headOfOwn(parts, request, call) ?? reads.getHead(request))),
    getConsistencyProof: (request: GetConsistencyProofRequest, call: Call) =>
      request.log?.log === 'access'
        ? proofOfAccess(parts, request, call)
        : reads.getConsistencyProof(request),
  };
}

/** Of a given generation of a log of this node its service tells the head: a copy does not know whether it has ended. */
function headOfOwn(
  { context }: Parts,
  request: GetHeadRequest,
  call: Call,
): Promise<GetHeadResponse> | undefined {
  const { config, services } = context;
  const { node, log, generation = 0 } = request.log ?? {};
  if (node !== config.node || generation === 0 || (log !== 'status' && log !== 'catalog')) return undefined;
  const owner = log === 'status' ? services.statusLog : services.catalogLog;
  return owner.getHead(request, { parent: call, deadlineMs: 2_000 });
}

type Reads = ReturnType<typeof logReads>;
type Asked = { log?: LogName | undefined };

/** Of a generation that has ended all of it is shown, or nothing yet: whoever reads it takes its end for the end. */
function whereComplete({ former }: Parts, reads: Reads): Reads {
  function requireComplete({ log: name }: Asked): void {
    const { node = '', log = '', generation = 0 } = name ?? {};
    if (former.endOf(node, log, generation) && former.state(node, log) !== 'complete')
      throw unavailable(
        'FORMER_GENERATION',
        '前一代尚未补全 / the generation before is not complete here yet',
      );
  }
  const after =
    <Q extends Asked, C, A>(read: (request: Q, call: C) => A) =>
    (request: Q, call: C): A => {
      requireComplete(request);
      return read(request, call);
    };
  return {
    getHead: reads.getHead,
    getEntries: async (request, call) => after(reads.getEntries)(request, call),
    getSnapshot: (request, call) => after(reads.getSnapshot)(request, call),
    getInclusionProof: async (request) => after(reads.getInclusionProof)(request, undefined),
    getConsistencyProof: async (request) => after(reads.getConsistencyProof)(request, undefined),
  };
}

function withCosigned({ links }: Parts, head: GetHeadResponse): GetHeadResponse {
  const cosigned = links.witnesses
    .heads()
    .filter(
      (seen) =>
        seen.node === head.log?.node && seen.log === head.log.log && seen.generation === head.log.generation,
    )
    .map((seen) => seen.note);
  return { ...head, cosigned };
}

/** The entries of an access log stay with its owner: this node's audit, or another node that is asked for the asker. */
async function proofOfAccess(
  { context }: Parts,
  request: GetConsistencyProofRequest,
  call: Call,
): Promise<GetConsistencyProofResponse> {
  const { config, services, peers } = context;
  const owner = request.log!.node;
  const reader = owner === config.node ? services.accessLog : peers.direct(owner)?.log;
  if (!reader) throw unavailable('NO_ROUTE', `没有到 ${owner} 的路 no way to ${owner}`);
  return reader.getConsistencyProof(request, { parent: call, deadlineMs: 2_000 });
}
