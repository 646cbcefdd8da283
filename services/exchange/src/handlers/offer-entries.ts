import { accessOf, recordAccess } from '@lianzheng/access';
import type { OfferEntriesRequest, OfferEntriesResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { failedPrecondition, invalidArgument } from '@lianzheng/rpc/errors';
import { itemsOf } from '../follow/repair.ts';
import type { Parts } from '../parts.ts';

/** A snapshot is offered like any record: what does not verify changes nothing. */
export const offerEntries =
  ({ context, copies }: Parts) =>
  async (request: OfferEntriesRequest, call: Call): Promise<OfferEntriesResponse> => {
    const { registry, database, clock } = context;
    const { node = '', log = '' } = request.log ?? {};
    if (!registry.node(node))
      throw invalidArgument({ field: 'log.node', description: '未登记的节点 not a registered node' });
    if (log !== 'status' && log !== 'catalog')
      throw invalidArgument({ field: 'log.log', description: 'status, catalog' });
    const copy = await copies.open(node, log);
    const offered = await copy.offer(itemsOf(request));
    if (offered.keyUnknown)
      throw failedPrecondition('KEY_UNKNOWN', '签名密钥未登记 the key that signed it is not registered');
    const at = clock.now();
    await database.tx((tx) =>
      recordAccess(tx, [accessOf(call, { subjects: [`log/${node}/${log}`] }, 'OK', at)]),
    );
    return { verifiedSize: BigInt(copy.state().size) };
  };
