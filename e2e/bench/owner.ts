import { PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { bind, startServer } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import type { BenchContext } from './bench.ts';
import { bearerOf, type EnrolledNode } from './nodes.ts';
import type { SyntheticLog } from './synthetic.ts';

/**
 * Stands in for the exchange of the node that owns the synthetic log: tells its clock and its newest head, by which the
 * copies of others are fresh. Its load is two calls every few seconds.
 */
export async function startOwner(
  { parts }: BenchContext,
  node: EnrolledNode,
  log: SyntheticLog,
): Promise<void> {
  const server = await startServer({
    address: `127.0.0.1:${node.exchangePort}`,
    tls: await bearerOf(node, 'exchange'),
    services: [
      bind(PeerServiceService, {
        getClock: async () => ({ now: new Date(), measurements: [] }),
        getVerifiedHeads: async () => ({ notes: log.size() > 0 ? [await log.heartbeat()] : [] }),
        async askStatus() {
          throw unavailable('NO_ISSUANCE', '没有签发服务 no issuance here');
        },
      }),
    ],
    roles,
    authorise: (caller) => new Set(caller.kind === 'service' ? ['PEER'] : []),
  });
  parts.defer(() => server.stop());
}
