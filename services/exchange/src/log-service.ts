import { logReads } from '@lianzheng/log';
import type {
  GetConsistencyProofRequest,
  GetConsistencyProofResponse,
  GetHeadRequest,
  GetHeadResponse,
  LogServiceService,
} from '@lianzheng/proto/log/v1/log';
import type { Call, Handlers } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import { copySource } from './copy-source.ts';
import type { Parts } from './parts.ts';

/** LogService over every log that this node holds, with what witnesses cosigned. */
export function logHandlers(parts: Parts): Handlers<typeof LogServiceService> {
  const { context, copies } = parts;
  const reads = logReads(copySource({ database: context.database, copies }));
  return {
    ...reads,
    getHead: async (request: GetHeadRequest) => withCosigned(parts, await reads.getHead(request)),
    getConsistencyProof: (request: GetConsistencyProofRequest, call: Call) =>
      request.log?.log === 'access'
        ? proofOfAccess(parts, request, call)
        : reads.getConsistencyProof(request),
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
